"""How often something is tried, and how long. Pure; all times are the engine's own."""

from wardbell_callcenter.store.delivery_rows import Delivery, What

WAITS_MS = (1_000, 2_000, 5_000, 10_000, 30_000)  # before the second attempt, the third, …
THEN_MS = 60_000

# None: for as long as it is needed, which the engine knows.
LASTS_MS: dict[What, int | None] = {
    "offer": None,
    "withdraw": 3_600_000,  # whoever has the offer sees by then that it is over, or has long looked
    "event": 86_400_000,
    # Somebody's answer that arrives later could silence a call that rings again by then: no policy of ours raises one sooner.
    "ward": 120_000,
}


def wait_ms(attempts: int) -> int:
    """How long to wait after that many attempts."""
    return WAITS_MS[attempts - 1] if attempts <= len(WAITS_MS) else THEN_MS


def age_ms(delivery: Delivery, now_steady_ms: int) -> int:
    """How long ago it was due for the first time, as it stands before the next attempt or after the last one."""
    waited_ms = sum(wait_ms(attempt) for attempt in range(1, delivery.attempts))
    return now_steady_ms - delivery.due_steady_ms + waited_ms


def is_too_late(delivery: Delivery, now_steady_ms: int) -> bool:
    """Whether it would do no good any more."""
    lasts_ms = LASTS_MS[delivery.what]
    return lasts_ms is not None and age_ms(delivery, now_steady_ms) > lasts_ms
