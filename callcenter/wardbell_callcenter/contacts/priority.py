"""How urgent a contact is. Larger is more urgent; what is no emergency never reaches `reserved`."""

from collections.abc import Iterable

from wardbell_callcenter.house import Priorities
from wardbell_protocol.bus.centre_payloads import ResidentCard
from wardbell_protocol.calls.signals import CODE, EMERGENCY, PRIORITY

EMERGENCIES = (CODE, EMERGENCY)
# Of contacts that no bed calls for, beside those of the wards' calls (calls/signals.py): the ordinary call is 20.
OTHER_KINDS = {"family_call": 15, "message": 8, "web_request": 8, "technical": 10, "incident": 30}
ELSE = 10
MOST_REPEATS = (
    9  # that count: kinds are ten apart, and a button that is pressed all the time overtakes no other kind by that
)


def is_emergency(call_kind: str) -> bool:
    """Whether nothing may overtake it, and it may not be held back."""
    return call_kind in EMERGENCIES


def priority_of(
    rules: Priorities, kind: str, call_kind: str, residents: Iterable[ResidentCard] = (), repeats: int = 0
) -> int:
    """Base of its kind, plus the resident's care level and class, plus each of the first repeats.

    Args:
        kind: the contact's; `call_kind`: of the bed's call, empty where there is none.
        residents: who may be meant; of several, whoever makes it most urgent counts.
    """
    name = call_kind or kind
    known = {**OTHER_KINDS, **PRIORITY, **rules.kinds}
    needs = max((_need(rules, resident) for resident in residents), default=0)
    urgency = known.get(name, ELSE) + needs + rules.per_repeat * min(repeats, MOST_REPEATS)
    if is_emergency(call_kind):
        return max(urgency, rules.reserved)
    return min(urgency, rules.reserved - 1)


def _need(rules: Priorities, resident: ResidentCard) -> int:
    return rules.per_care_level * resident.care_level + rules.classes.get(resident.priority_class, 0)
