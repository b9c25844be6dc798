"""The figures' formulas: by hand on a few contacts, and on a simulated queue beside the values of Erlang's theory."""

import heapq
import random
from typing import Any

import pytest

from wardbell_callcenter.figures import kpi
from wardbell_callcenter.figures.case import Case
from wardbell_callcenter.figures.kpi import Share, Times
from wardbell_callcenter.figures.staffing import Load, may_give_up

S = 1000
AT = 1_760_000_000_000
LATER = AT + 3_600_000


def case(opened_s: float = 0, pressed_s: float | None = None, state: str = "new", **of: Any) -> Case:  # noqa: ANN401 - moments and fields
    """Moments, such as `closed_s`, are seconds after AT."""
    plain = {name: value for name, value in of.items() if not name.endswith("_s")}
    moments = {f"{name[:-2]}_at_ms": AT + round(value * S) for name, value in of.items() if name.endswith("_s")}
    pressed_s = opened_s if pressed_s is None else pressed_s
    moments |= {"opened_at_ms": AT + round(opened_s * S), "pressed_at_ms": AT + round(pressed_s * S)}
    return Case(contact_id="c", state=state, **plain, **moments)


def test_the_service_levels_count_the_same_contacts_each_in_its_way() -> None:
    cases = [
        case(accepted_s=10),
        case(accepted_s=20),
        case(accepted_s=21),
        case(state="cleared_at_bed", closed_s=5),
        case(state="cleared_at_bed", closed_s=30),
        case(opened_s=3560),  # has waited for 40 s
        case(opened_s=3590),  # nobody knows yet
    ]
    levels = kpi.service_levels(cases, 20 * S, LATER)
    assert levels.offered == Share(2, 6)
    assert levels.excluding == Share(2, 5)
    assert levels.ended_too == Share(3, 5)
    assert levels.accepted == Share(2, 3)


def test_a_share_of_nothing_is_no_share() -> None:
    assert Share(0, 0).share is None
    assert Share(1, 4).share == 0.25
    assert kpi.service_levels([], 20 * S, LATER).offered.share is None
    assert kpi.times([]) == kpi.times([None]) == Times(0)


def test_times_are_told_by_rank() -> None:
    found = kpi.times([second * S for second in range(1, 101)])
    assert found == Times(100, 50.5, 50.5, 90.0, 95.0, 100.0)
    assert kpi.times([-5, 3 * S]) == Times(2, 1.5, 1.5, 3.0, 3.0, 3.0)


def test_each_time_is_between_the_moments_that_its_name_says() -> None:
    one = case(pressed_s=0, opened_s=60, offered_s=61, accepted_s=75, on_site_s=120, closed_s=300, state="resolved")
    means = [
        kpi.press_to_offer([one]).mean_s,
        kpi.technical_delay([one]).mean_s,
        kpi.speed_of_answer([one]).mean_s,
        kpi.acceptance_time([one]).mean_s,
        kpi.response_time([one]).mean_s,
        kpi.handling_time([one]).mean_s,
    ]
    assert means == [61, 1, 15, 75, 120, 225]


@pytest.mark.parametrize(
    ("one", "arrived_s"),
    [
        (case(on_site_s=50, closed_s=90, accepted_s=20, state="resolved"), 50),
        (case(ward_came_s=40, on_site_s=50, accepted_s=20), 40),
        (case(accepted_s=20, closed_s=90, state="resolved"), 90),
        (case(accepted_s=20, closed_s=70, state="cleared_at_bed"), 70),
        (case(ward_answered_s=20, closed_s=70, state="cleared_at_bed"), 70),
        (case(closed_s=70, state="cleared_at_bed", is_cleared_away=True), 70),
        (case(closed_s=70, state="cleared_at_bed"), None),
        (case(accepted_s=20, closed_s=70, state="handed_over"), None),
        (case(accepted_s=20, state="accepted"), None),
        (case(), None),
    ],
)
def test_somebody_was_there_when_he_said_so_or_at_the_latest_at_the_end(one: Case, arrived_s: int | None) -> None:
    assert one.arrived_at_ms == (None if arrived_s is None else AT + arrived_s * S)


def test_given_up_is_cleared_at_the_bed_before_anybody_came() -> None:
    cases = [
        case(closed_s=30, state="cleared_at_bed"),
        case(closed_s=30, state="cleared_at_bed", accepted_s=10),
        case(closed_s=30, state="cleared_at_bed", ward_came_s=10),
        case(closed_s=30, state="resolved"),
        case(),
        case(kind="family_call", closed_s=30, state="resolved"),
    ]
    assert kpi.given_up(cases) == Share(1, 5)


def test_escalation_counts_who_reached_the_second_step() -> None:
    cases = [case(highest_step=step) for step in (-1, 0, 0, 1, 3)]
    assert kpi.escalated(cases) == Share(2, 5)
    assert kpi.reached(cases) == {0: 4, 1: 2, 2: 1, 3: 1}
    assert kpi.reached([]) == {}


def test_a_breach_is_a_response_after_its_class_limit() -> None:
    cases = [
        case(call_kind="emergency", on_site_s=60),
        case(call_kind="emergency", on_site_s=61),
        case(call_kind="bathroom", on_site_s=119),
        case(call_kind="normal", closed_s=181, state="cleared_at_bed"),
        case(call_kind="normal", on_site_s=181),
        case(call_kind="normal", opened_s=3500),  # may be in time still
        case(call_kind="normal", opened_s=3000),  # nobody yet, and too late
        case(call_kind="normal", accepted_s=1, closed_s=500, state="handed_over"),
        case(kind="message", on_site_s=100),
    ]
    assert kpi.breaches(cases, {"message": 90}, LATER) == {
        "bathroom": Share(0, 1),
        "emergency": Share(1, 2),
        "message": Share(1, 1),
        "normal": Share(3, 3),
    }


def test_a_call_again_is_the_same_bed_soon_after_it_was_done() -> None:
    done: dict[str, Any] = {"state": "resolved", "accepted_s": 10}
    cases = [
        case(place="e/1", closed_s=100, **done),
        case(place="e/1", opened_s=700, closed_s=800, accepted_s=710, state="resolved"),
        case(place="e/2", closed_s=100, **done),
        case(place="e/2", opened_s=701),
        case(
            place="e/3", opened_s=3000, closed_s=3100, accepted_s=3010, state="resolved"
        ),  # its ten minutes are not over
        case(place="e/4", closed_s=100, state="cleared_at_bed"),
        case(place="", closed_s=100, **done),
    ]
    openings = {
        place: sorted(one.opened_at_ms for one in cases if one.place == place) for place in ("e/1", "e/2", "e/3", "e/4")
    }
    assert kpi.calls_again(cases, openings, 600 * S, LATER) == Share(1, 3)


def test_acceptances_without_a_visit_are_counted_each() -> None:
    assert kpi.not_visited([case(acceptances=3, unvisited=2), case(acceptances=1)]) == Share(2, 4)


def erlang_a(seed: int, calls: int, per_s: float, handling_s: float, patience_s: float, people: int) -> list[Case]:
    """A line of callers who give up: in order of arrival, to whoever is free first; all times exponential."""
    chance = random.Random(seed)
    free_s = [0.0] * people
    now_s, cases = 0.0, []
    for index in range(calls):
        now_s += chance.expovariate(per_s)
        patient_s, service_s = chance.expovariate(1 / patience_s), chance.expovariate(1 / handling_s)
        wait_s = max(0.0, free_s[0] - now_s)
        name, at_ms = str(index), round(now_s * S)
        if wait_s > patient_s:
            ended_ms = round((now_s + patient_s) * S)
            cases.append(
                Case(
                    contact_id=name,
                    pressed_at_ms=at_ms,
                    opened_at_ms=at_ms,
                    closed_at_ms=ended_ms,
                    state="cleared_at_bed",
                )
            )
            continue
        heapq.heapreplace(free_s, now_s + wait_s + service_s)
        taken_ms, over_ms = round((now_s + wait_s) * S), round((now_s + wait_s + service_s) * S)
        cases.append(
            Case(
                contact_id=name,
                pressed_at_ms=at_ms,
                opened_at_ms=at_ms,
                accepted_at_ms=taken_ms,
                on_site_at_ms=taken_ms,
                closed_at_ms=over_ms,
                state="resolved",
            )
        )
    return cases


def test_a_simulated_queue_has_the_service_levels_that_another_simulation_had() -> None:
    """100 calls in 30 min of 180 s, patience 120 s, 12 people, 20 s: 0.826, 0.860 and 0.880 of the same calls.

    Of 300,000 calls, with 0.0616 who give up, as Erlang A has it; `excluding` follows from those. Ours are fewer.
    """
    cases = erlang_a(5, 60_000, 100 / 1800, 180, 120, 12)
    levels = kpi.service_levels(cases, 20 * S, cases[-1].opened_at_ms + 10_000 * S)
    shares = (levels.offered.share, levels.ended_too.share, levels.accepted.share)
    assert shares == pytest.approx((0.826, 0.860, 0.880), abs=0.006)
    ended_early = levels.ended_too.count - levels.offered.count
    assert levels.excluding.of == levels.offered.of - ended_early
    assert levels.excluding.share == pytest.approx(0.826 / (1 - (0.860 - 0.826)), abs=0.006)
    assert kpi.given_up(cases).share == pytest.approx(may_give_up(Load(200, 180), 12, 120).gives_up, abs=0.003)
    assert kpi.handling_time(cases).mean_s == pytest.approx(180, rel=0.02)
