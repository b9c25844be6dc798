"""The figures' formulas, each under its name. A figure comes with what it was counted of: a share of nothing is no share.

What cannot be known yet (a contact that still waits, and has not waited for too long) is in no count.
"""

import math
import statistics
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence

from msgspec import Struct

from wardbell_callcenter.figures.case import Case

# From the press until somebody is at the bed. No law was found; 180 s is what vendors of senior living aim at.
RESPONSE_S = {"code": 60, "emergency": 60, "bathroom": 120}
RESPONSE_ELSE_S = 180
BUSIEST = 0.85  # more of their time than that, and queues grow fast (Erlang C)


class Share(Struct, frozen=True):
    """`count` of `of`."""

    count: int
    of: int

    @property
    def share(self) -> float | None:
        """0..1; None where there is nothing to count."""
        return self.count / self.of if self.of else None


class Times(Struct, frozen=True):
    """Seconds of `of` contacts. p90 and p95 by nearest rank: that many took no longer."""

    of: int
    mean_s: float | None = None
    median_s: float | None = None
    p90_s: float | None = None
    p95_s: float | None = None
    max_s: float | None = None


class ServiceLevels(Struct, frozen=True):
    """Four ways to count the same contacts; the name goes with the number.

    `offered` (SL_offered): accepted within Y ÷ all. `excluding` (SL_excl): accepted within Y ÷ (all − ended within Y with
    nobody). `ended_too` (Asterisk's SL2): (accepted within Y + ended within Y) ÷ (accepted + ended). `accepted` (Asterisk's SL):
    accepted within Y ÷ accepted; it hides whom nobody came to, and is here only to compare with others.
    """

    within_s: float
    offered: Share
    excluding: Share
    ended_too: Share
    accepted: Share


def service_levels(cases: Iterable[Case], within_ms: int, now_ms: int) -> ServiceLevels:
    """Waits are from the opening (t1) to the acceptance that held (t4); ended: over with nobody who had accepted."""
    offered = taken = taken_in_time = ended = ended_early = 0
    for case in cases:
        is_over = case.closed_at_ms is not None
        in_time = is_in_time(case.opened_at_ms, case.accepted_at_ms, is_over, within_ms, now_ms)
        offered += in_time is not None
        taken_in_time += in_time is True
        if case.accepted_at_ms is not None:
            taken += 1
        elif case.closed_at_ms is not None:
            ended += 1
            ended_early += case.closed_at_ms - case.opened_at_ms <= within_ms
    return ServiceLevels(
        within_ms / 1000,
        Share(taken_in_time, offered),
        Share(taken_in_time, offered - ended_early),
        Share(taken_in_time + ended_early, taken + ended),
        Share(taken_in_time, taken),
    )


def is_in_time(opened_ms: int, accepted_ms: int | None, is_over: bool, within_ms: int, now_ms: int) -> bool | None:
    """Whether a contact was accepted within that time, as SL_offered counts it; None: it may be yet. All by one clock."""
    if accepted_ms is not None:
        return accepted_ms - opened_ms <= within_ms
    return False if is_over or now_ms - opened_ms > within_ms else None


def times(waits_ms: Iterable[int | None]) -> Times:
    """Of those that are known. A wall clock that was set back meanwhile makes no time negative."""
    sorted_s = sorted(max(0, wait_ms) / 1000 for wait_ms in waits_ms if wait_ms is not None)
    if not sorted_s:
        return Times(0)
    return Times(
        len(sorted_s),
        statistics.fmean(sorted_s),
        statistics.median(sorted_s),
        _ranked(sorted_s, 0.90),
        _ranked(sorted_s, 0.95),
        sorted_s[-1],
    )


def speed_of_answer(cases: Iterable[Case]) -> Times:
    """ASA is its mean: from the opening (t1) to the acceptance (t4), of those accepted."""
    return times(_between(case.opened_at_ms, case.accepted_at_ms) for case in cases)


def acceptance_time(cases: Iterable[Case]) -> Times:
    """From the press (t0) to the acceptance (t4)."""
    return times(_between(case.pressed_at_ms, case.accepted_at_ms) for case in cases)


def response_time(cases: Iterable[Case]) -> Times:
    """The headline: from the press (t0) until somebody is at the bed (t5)."""
    return times(_between(case.pressed_at_ms, case.arrived_at_ms) for case in cases)


def press_to_offer(cases: Iterable[Case]) -> Times:
    """From the press (t0) to the first offer (t2): with what the ward's own steps take."""
    return times(_between(case.pressed_at_ms, case.offered_at_ms) for case in cases)


def technical_delay(cases: Iterable[Case]) -> Times:
    """From the opening (t1) to the first offer (t2): ours alone."""
    return times(_between(case.opened_at_ms, case.offered_at_ms) for case in cases)


def handling_time(cases: Iterable[Case]) -> Times:
    """AHT of a bed: from the acceptance (t4) to the end (t6), of what is over."""
    return times(_between(case.accepted_at_ms, case.closed_at_ms) for case in cases if case.accepted_at_ms is not None)


def given_up(cases: Iterable[Case]) -> Share:
    """Cleared at the bed before anybody came ÷ bed calls. A warning, never a success."""
    return _share((case for case in cases if case.kind == "bed_call"), lambda case: case.is_given_up)


def escalated(cases: Iterable[Case]) -> Share:
    """Reached the second step or a later one ÷ contacts."""
    return _share(cases, lambda case: case.highest_step >= 1)


def reached(cases: Iterable[Case]) -> dict[int, int]:
    """How many contacts reached each step, from 0."""
    highest = [case.highest_step for case in cases]
    return {step: sum(one >= step for one in highest) for step in range(max(highest, default=-1) + 1)}


def breaches(cases: Iterable[Case], limits_s: Mapping[str, int], now_ms: int) -> dict[str, Share]:
    """Response longer than its class's limit ÷ contacts of the class, by kind of call.

    One that nobody has come to is a breach once its limit is over, and is not counted before; nor is one that was handed over.
    """
    counts: dict[str, tuple[int, int]] = {}
    for case in cases:
        name = case.call_kind or case.kind
        limit_ms = 1000 * limits_s.get(name, RESPONSE_S.get(name, RESPONSE_ELSE_S))
        until_ms = case.arrived_at_ms or case.closed_at_ms
        is_late = (until_ms or now_ms) - case.pressed_at_ms > limit_ms
        if case.state == "handed_over" or (until_ms is None and not is_late):
            continue
        late, of = counts.get(name, (0, 0))
        counts[name] = (late + is_late, of + 1)
    return {name: Share(*counted) for name, counted in sorted(counts.items())}


def calls_again(cases: Iterable[Case], openings: Mapping[str, Sequence[int]], within_ms: int, now_ms: int) -> Share:
    """The same bed again within that time after it was done ÷ done; 1 − this is the first-contact resolution.

    Args:
        openings: when contacts were opened, by place, sorted; those after the period too.
    """
    again = done = 0
    for case in cases:
        if not case.is_done or case.closed_at_ms is None or not case.place:
            continue
        opened = openings.get(case.place, ())
        at = bisect_right(opened, case.closed_at_ms)
        is_again = at < len(opened) and opened[at] - case.closed_at_ms <= within_ms
        if is_again or now_ms - case.closed_at_ms > within_ms:
            again += is_again
            done += 1
    return Share(again, done)


def not_visited(cases: Iterable[Case]) -> Share:
    """Nobody came in time after the acceptance ÷ acceptances."""
    some = list(cases)
    return Share(sum(case.unvisited for case in some), sum(case.acceptances for case in some))


def _between(from_ms: int, until_ms: int | None) -> int | None:
    return None if until_ms is None else until_ms - from_ms


def _share(cases: Iterable[Case], is_one: Callable[[Case], bool]) -> Share:
    found = [is_one(case) for case in cases]
    return Share(sum(found), len(found))


def _ranked(sorted_s: Sequence[float], share: float) -> float:
    return sorted_s[math.ceil(share * len(sorted_s)) - 1]
