"""Further ears of a ward on the bus: which are missed, and when; in virtual time."""

from wardbell_gateway.ear_watch import DONGLE_LOST, EAR_LOST, LOST_AFTER_MS, MOST_EARS, EarWatch
from wardbell_gateway.supervision import Supervision

IQ = ("iq", EAR_LOST)


def test_an_ear_that_never_was_is_not_missed() -> None:
    watch = EarWatch((), 0)
    assert watch.judge(10 * LOST_AFTER_MS) == {}
    assert watch.can_hear


def test_an_ear_that_says_nothing_more_or_has_left_is_missed_and_comes_back() -> None:
    for last in ("online", "offline"):
        watch = EarWatch((), 0)
        watch.sign("iq", "online", (), 1_000)
        watch.sign("iq", last, (), 1_000)
        assert watch.judge(1_000 + LOST_AFTER_MS) == {IQ: False}
        assert watch.judge(1_001 + LOST_AFTER_MS) == {IQ: True}
        assert not watch.can_hear
        watch.sign("iq", "online", (), 60_000)
        assert watch.judge(60_000) == {IQ: False}
        assert watch.can_hear


def test_one_that_hears_nothing_is_missed_as_if_it_were_not_there() -> None:
    watch = EarWatch((), 0)
    watch.sign("iq", "online", (), 0)
    for at_ms in range(1_000, LOST_AFTER_MS + 2_000, 1_000):
        watch.sign("iq", "degraded", ["registry", DONGLE_LOST], at_ms)
    assert watch.judge(LOST_AFTER_MS + 1_000) == {IQ: True}
    watch.sign("iq", "degraded", ["registry"], 20_000)
    assert watch.judge(20_000) == {IQ: False}


def test_one_that_is_started_anew_is_no_fault() -> None:
    watch = EarWatch((), 0)
    for at_ms in range(0, 10 * LOST_AFTER_MS, LOST_AFTER_MS - 1_000):
        watch.sign("iq", "offline", (), at_ms)
        watch.sign("iq", "online", (), at_ms + 5_000)
        assert watch.judge(at_ms + 5_000) == {IQ: False}


def test_one_that_was_there_before_the_gateways_start_is_missed() -> None:
    watch = EarWatch((), 0)
    watch.sign("iq", "offline", (), 0)  # its last will, kept by the broker
    assert watch.judge(LOST_AFTER_MS + 1) == {IQ: True}
    assert EarWatch(["iq"], 0).judge(0) == {IQ: True}  # or its fault, kept by the journal


def test_without_a_broker_nobody_knows_of_ears() -> None:
    supervision = Supervision([], (), 0)
    supervision.broker(True, 0)
    supervision.ears.sign("iq", "online", (), 0)
    supervision.broker(False, 1_000)
    assert not supervision.can_hear_on_bus
    assert IQ not in supervision.judge(60_000)
    supervision.broker(True, 60_000)
    assert supervision.judge(60_000 + LOST_AFTER_MS)[IQ] is False
    assert supervision.judge(60_001 + LOST_AFTER_MS)[IQ] is True
    supervision.broker(False, 100_000)
    supervision.broker(True, 101_000)
    assert supervision.judge(101_000)[IQ] is True  # it was missed before


def test_receivers_on_a_line_are_watched_by_their_line_and_names_are_not_without_end() -> None:
    watch = EarWatch((), 0)
    for name in ("receiver", "receiver-2", *(f"iq-{at}" for at in range(2 * MOST_EARS))):
        watch.sign(name, "offline", (), 0)
    assert len(watch.judge(0)) == MOST_EARS
    assert ("receiver", EAR_LOST) not in watch.judge(0)
    watch.forget("iq-0")
    assert watch.judge(0)["iq-0", EAR_LOST] is False
    assert ("iq-0", EAR_LOST) not in watch.judge(0)
