"""How often something is tried, and how long. Pure; all times are the engine's own."""

WAITS_MS = (1_000, 2_000, 5_000, 10_000, 30_000)  # before the second attempt, the third, …
THEN_MS = 60_000

# By what it is; None: for as long as it is needed, which the engine knows.
LASTS_MS: dict[str, int | None] = {
    "offer": None,
    "withdraw": 3_600_000,  # whoever has the offer sees by then that it is over, or has long looked
    "event": 86_400_000,
    # A gateway refuses what is out of date (spec/bus.md). Whoever was on his way an hour ago is there, or it rings again.
    "ward": 3_600_000,
}


def wait_ms(attempts: int) -> int:
    """How long to wait after that many attempts."""
    return WAITS_MS[attempts - 1] if attempts <= len(WAITS_MS) else THEN_MS


def is_too_late(what: str, attempts: int, due_steady_ms: int, now_steady_ms: int) -> bool:
    """Whether it would do no good any more. `due_steady_ms`: of the latest of those attempts, which may be under way."""
    lasts_ms = LASTS_MS[what]
    waited_ms = sum(wait_ms(attempt) for attempt in range(1, attempts))
    return lasts_ms is not None and now_steady_ms - due_steady_ms + waited_ms > lasts_ms
