"""Virtual time jumps from one thing due to the next, in one order."""

from wardbell_simulator.clock import Pace, Timeline


def test_things_happen_in_time_s_order_and_then_in_the_order_asked() -> None:
    timeline = Timeline()
    seen: list[tuple[int, str]] = []
    for at_us, name in ((50, "c"), (10, "a"), (50, "d"), (20, "b")):
        timeline.at(at_us, lambda name=name: seen.append((timeline.now_us, name)))  # type: ignore[misc]
    timeline.run_until(100)
    assert seen == [(10, "a"), (20, "b"), (50, "c"), (50, "d")]
    assert timeline.now_us == 100


def test_what_is_asked_for_in_the_past_happens_now() -> None:
    timeline = Timeline()
    timeline.run_until(1_000)
    timer = timeline.at(10, lambda: None)
    assert timer.at_us == timeline.next_us() == 1_000


def test_what_is_cancelled_does_not_happen() -> None:
    timeline = Timeline()
    seen: list[int] = []
    timeline.at(10, lambda: seen.append(1)).cancel()
    timeline.at(20, lambda: seen.append(2))
    assert timeline.next_us() == 20
    timeline.run_until(100)
    assert seen == [2]


def test_time_stops_where_it_was_told_to_and_later_things_wait() -> None:
    timeline = Timeline()
    seen: list[int] = []
    timeline.at(101, lambda: seen.append(timeline.now_us))
    timeline.run_until(100)
    assert (timeline.now_us, seen) == (100, [])
    timeline.run_until(101)
    assert seen == [101]


def test_a_day_with_nothing_in_it_is_one_step() -> None:
    timeline = Timeline()
    assert not timeline.step(86_400_000_000)
    assert timeline.now_us == 86_400_000_000
    assert timeline.next_us() is None


def test_pace_waits_for_what_is_due_and_no_longer_than_asked() -> None:
    timeline = Timeline()
    pace = Pace(timeline, speed=10.0)
    assert pace.wait_s(0.5) == 0.5
    timeline.at(60_000_000, lambda: None)
    assert pace.wait_s(0.5) == 0.5
    assert 5.0 < pace.wait_s(100.0) <= 6.0
    timeline.at(0, lambda: None)
    assert pace.wait_s(0.5) == 0.0
