"""How urgent a contact is. Larger is more urgent; what is no emergency never reaches `reserved`."""

from wardbell_callcenter.house import Priorities
from wardbell_protocol.calls.signals import CODE, EMERGENCY, PRIORITY

EMERGENCIES = (CODE, EMERGENCY)
# Of contacts that no bed calls for, beside those of the wards' calls (calls/signals.py): the ordinary call is 20.
OTHER_KINDS = {"family_call": 15, "message": 8, "web_request": 8, "technical": 10, "incident": 30}
ELSE = 10


def is_emergency(call_kind: str) -> bool:
    """Whether nothing may overtake it, and it may not be held back."""
    return call_kind in EMERGENCIES


def priority_of(rules: Priorities, kind: str, call_kind: str, care_level: int, repeats: int) -> int:
    """Base of its kind, plus the resident's care level, plus each repeat.

    Args:
        kind: the contact's; `call_kind`: of the bed's call, empty where there is none.
    """
    name = call_kind or kind
    known = {**OTHER_KINDS, **PRIORITY, **rules.kinds}
    urgency = known.get(name, ELSE) + rules.per_care_level * care_level + rules.per_repeat * repeats
    if is_emergency(call_kind):
        return max(urgency, rules.reserved)
    return min(urgency, rules.reserved - 1)
