"""Epochs, numbers, gaps and announcements, one case each."""

from wardbell_protocol.bus.sequence import APPLY, ASK_EVERY_MS, GAP, LATE_MS, OLD, EventSequence


def following(epoch: str = "a", seq: int = 5) -> EventSequence:
    sequence = EventSequence()
    sequence.receive_snapshot(epoch, seq)
    return sequence


def test_a_reader_knows_nothing_before_its_first_snapshot() -> None:
    sequence = EventSequence()
    assert sequence.receive("a", 1) == GAP
    assert sequence.must_ask(0)
    assert sequence.receive_snapshot("a", 1)
    assert sequence.receive("a", 2) == APPLY


def test_events_in_order_apply_and_repetitions_are_old() -> None:
    sequence = following()
    assert [sequence.receive("a", seq) for seq in (6, 6, 7, 5, 8)] == [APPLY, OLD, APPLY, OLD, APPLY]
    assert not sequence.must_ask(0)


def test_a_missing_event_is_a_gap_until_a_snapshot_has_it() -> None:
    sequence = following()
    assert [sequence.receive("a", seq) for seq in (7, 8)] == [GAP, GAP]
    assert sequence.receive_snapshot("a", 7)
    assert sequence.in_gap  # 8 was heard and not applied
    assert sequence.receive_snapshot("a", 8)
    assert not sequence.in_gap


def test_an_older_snapshot_of_the_same_journal_is_not_taken() -> None:
    sequence = following()
    assert not sequence.receive_snapshot("a", 4)
    assert (sequence.seq, sequence.in_gap) == (5, False)


def test_another_journal_is_a_gap() -> None:
    sequence = following()
    assert sequence.receive("b", 1) == GAP
    assert sequence.receive_snapshot("b", 1)
    assert (sequence.epoch, sequence.receive("b", 2)) == ("b", APPLY)


def test_an_event_heard_before_the_first_snapshot_is_not_forgotten() -> None:
    sequence = EventSequence()
    sequence.receive("a", 2)
    sequence.receive_snapshot("a", 1)
    assert sequence.in_gap


def test_questions_are_repeated_but_not_at_once() -> None:
    sequence = EventSequence()
    assert [sequence.must_ask(now) for now in (0, 1, ASK_EVERY_MS - 1, ASK_EVERY_MS)] == [True, False, False, True]
    sequence.lost()
    assert sequence.must_ask(ASK_EVERY_MS + 1)  # a new connection is a reason to ask at once


def test_the_loss_of_the_last_event_is_noticed_by_the_announcement() -> None:
    sequence = following()
    sequence.announced("a", 6, 0)
    assert not sequence.must_ask(LATE_MS - 1)
    assert sequence.must_ask(LATE_MS)
    assert sequence.in_gap


def test_an_event_that_was_announced_and_then_came_is_no_gap() -> None:
    sequence = following()
    sequence.announced("a", 6, 0)
    assert sequence.receive("a", 6) == APPLY
    assert not sequence.must_ask(LATE_MS)
    assert not sequence.in_gap


def test_a_snapshot_that_came_after_the_announcement_is_enough() -> None:
    sequence = EventSequence()
    sequence.announced("a", 3, 0)
    assert sequence.must_ask(0)
    sequence.receive_snapshot("a", 3)
    assert not sequence.must_ask(LATE_MS)
    assert not sequence.in_gap
