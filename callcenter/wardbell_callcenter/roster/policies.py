"""Which policy a contact gets when it opens: by its kind, and by day or night."""

from wardbell_callcenter.house import DEFAULT_POLICY, House, Policy
from wardbell_callcenter.roster.calendar import periods_at


def policy_for(house: House, call_kind: str, contact_kind: str, wall_ms: int) -> Policy:
    """The policy for a contact that opens then; `call_kind` is empty where it is no bed call.

    The most exact one counts: `emergency@night`, `emergency`, `bed_call@night`, `bed_call`, `default@night`, `default`. Where
    several periods go on, the calendar's first that has one. A name without a policy is passed over: somebody is always asked.
    """
    periods = periods_at(house.calendar, house.time_zone, wall_ms)
    for kind in filter(None, (call_kind, contact_kind, "default")):
        for key in (*(f"{kind}@{period}" for period in periods), kind):
            policy = house.policies.get(house.policy_of.get(key, ""))
            if policy is not None:
                return policy
    return DEFAULT_POLICY
