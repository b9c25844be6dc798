"""What the house's alarm rules look at: how much waits, how long, who is free, how the last hour has been."""

from dataclasses import dataclass

from wardbell_callcenter.clock import Now
from wardbell_callcenter.figures import kpi
from wardbell_callcenter.figures.gather import serves
from wardbell_callcenter.figures.periods import HOUR_MS
from wardbell_callcenter.house import Alarm, House
from wardbell_callcenter.store.ledger import Ledger

FREE = ("ready", "offered")


@dataclass(frozen=True)
class Indicators:
    """`oldest_s`: how long the one that waits longest has; `accepted`: SL_offered of the last hour, None where nothing came."""

    waiting: int
    oldest_s: int
    free: int
    accepted: float | None


def indicators(ledger: Ledger, house: House, now: Now, ward: str) -> Indicators:
    """Of that ward, or of all, now. By the engine's own time: a clock that is set makes nothing late, nor in time."""
    now_ms, within_ms = now.steady_ms, house.targets.accept_s * 1000
    since_ms = ledger.alarms.waiting(ward)
    signed_in = (agent for agent in ledger.agents.signed_in() if serves(house, agent.agent, ward))
    accepted = [
        in_time
        for one in ledger.alarms.opened(now_ms - HOUR_MS, ward)
        if (in_time := kpi.is_in_time(one.opened_steady_ms, one.accepted_steady_ms, one.is_over, within_ms, now_ms))
        is not None
    ]
    return Indicators(
        len(since_ms),
        max(0, now_ms - min(since_ms, default=now_ms)) // 1000,
        sum(agent.state in FREE for agent in signed_in),
        kpi.Share(sum(accepted), len(accepted)).share,
    )


def trips(rule: Alarm, now: Indicators) -> dict[str, str]:
    """What is as the rule says, by its keys, where all that it names is; else nothing."""
    known = {
        "waiting": (rule.waiting, now.waiting >= rule.waiting, now.waiting),
        "oldest_s": (rule.oldest_s, now.oldest_s >= rule.oldest_s, now.oldest_s),
        "free": (rule.free, now.free < rule.free, now.free),
        "accepted": (
            rule.accepted,
            now.accepted is not None and now.accepted < rule.accepted,
            f"{now.accepted or 0:.0%}",
        ),
    }
    named = {name: (holds, value) for name, (limit, holds, value) in known.items() if limit}
    if not all(holds for holds, _ in named.values()):
        return {}
    return {name: str(value) for name, (_, value) in named.items()}
