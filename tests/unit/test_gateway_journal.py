"""The journal: all of an entry or nothing; state is a fold over it."""

import contextlib
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wardbell_gateway import announcements, journal
from wardbell_gateway.journal import (
    NO_WORD,
    Entry,
    FrameMark,
    Journal,
    JournalError,
    Mark,
    Publication,
    read_unknown_codes,
    read_unknown_nodes,
)
from wardbell_gateway.journal_outbox import JournalOutbox
from wardbell_protocol.calls.board import CallBoard, CallEvent, Signal, Verb
from wardbell_protocol.calls.escalation import default_policies
from wardbell_protocol.calls.station import Station
from wardbell_protocol.errors import CallError, ConfigError

STATIONS = [Station(name, name, "") for name in ("1", "2", "3")]


def publications(seq: int, event: CallEvent) -> list[Publication]:
    return announcements.of_event("east", "e", seq, event)


def placed(number: int) -> CallEvent:
    """The event of a new call."""
    return CallBoard(f"east-{number}", default_policies()).receive(Signal(STATIONS[0], "normal"), 1000 + number)[0]


def fill(book: Journal) -> int:
    """Write five events at a time until nothing more is taken; the number of the entry that was not."""
    for n in range(1, 1000):
        try:
            book.write(Entry(events=[placed(n)] * 5, mark=mark(n)), publications, 0)
        except JournalError:
            return n
    raise AssertionError("the disk never filled")


def mark(seq: int) -> Mark:
    return Mark("receiver", "e", seq, 0x91568F, 1000)


def test_an_entry_is_all_there(tmp_path: Path) -> None:
    book = Journal(tmp_path / "gateway.db", 0)
    book.write(Entry(events=[placed(1), placed(2)], mark=mark(5), answer=("c", b"{}")), publications, 0)
    epoch = book.epoch
    book.close()
    book = Journal(tmp_path / "gateway.db", 0)
    assert book.epoch == epoch
    assert book.last_seq() == 2
    assert book.has_heard("receiver", "e", 5)
    assert book.last_heard("receiver", "e") == 5
    assert book.answer_to("c") == b"{}"
    outbox = JournalOutbox(book.path)
    rows = outbox.outbox_after(0, 10)
    outbox.close()
    assert [(row.topic, row.retain) for row in rows] == [
        ("wardbell/v1/east/event", False),
        ("wardbell/v1/east/call/east-1-1", True),
        ("wardbell/v1/east/event", False),
        ("wardbell/v1/east/call/east-2-1", True),
    ]
    book.close()


def test_a_full_disk_leaves_nothing_of_an_entry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "gateway.db"
    Journal(path, 0).close()
    connect, opened = journal.connect, list[sqlite3.Connection]()

    def connect_to_a_small_disk(path: Path, synchronous: str) -> sqlite3.Connection:
        opened.append(connect(path, synchronous))
        opened[-1].execute("PRAGMA max_page_count = 20")
        return opened[-1]

    monkeypatch.setattr(journal, "connect", connect_to_a_small_disk)
    book = Journal(path, 0)
    n = fill(book)
    assert n > 1
    assert book.last_seq() == 5 * (n - 1)
    assert not book.has_heard("receiver", "e", n)
    opened[-1].execute("PRAGMA max_page_count = 1000")
    book.write(Entry(events=[placed(n)] * 5, mark=mark(n)), publications, 0)
    assert book.last_seq() == 5 * n
    assert [seq for seq, _ in book.events_of(f"east-{n}-1", 10)] == list(range(5 * n - 4, 5 * n + 1))
    book.close()


def test_a_file_that_is_no_journal_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "gateway.db"
    path.write_bytes(b"no database, but long enough to be looked at" * 100)
    with pytest.raises(ConfigError, match="move it away"):
        Journal(path, 0)
    assert path.read_bytes().startswith(b"no database")


def test_a_journal_of_another_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "gateway.db"
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 9")
    db.close()
    with pytest.raises(ConfigError, match="update Wardbell"):
        Journal(path, 0)


def test_a_folder_that_cannot_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="--home"):
        Journal(tmp_path / "file" / "gateway.db", 0)


def test_one_gateway_a_journal(tmp_path: Path) -> None:
    book = Journal(tmp_path / "gateway.db", 0)
    with pytest.raises(ConfigError, match="another gateway"):
        Journal(tmp_path / "gateway.db", 0)
    book.close()
    Journal(tmp_path / "gateway.db", 0).close()


def test_unknown_codes_are_counted(tmp_path: Path) -> None:
    book = Journal(tmp_path / "gateway.db", 0)
    for seq in (1, 2):
        book.write(Entry(mark=mark(seq), is_unknown=True), publications, 0)
    found = read_unknown_codes(book.path)
    assert [(unknown.number, unknown.times) for unknown in found] == [(0x91568F, 2)]
    book.close()
    with pytest.raises(ConfigError, match="start `wardbell gateway`"):
        read_unknown_codes(tmp_path / "none.db")


def test_unknown_nodes_are_counted_apart(tmp_path: Path) -> None:
    book = Journal(tmp_path / "gateway.db", 0)
    for seq in (1, 2, 3):
        book.write(Entry(mark=Mark("r", "e", seq, NO_WORD, seq), unknown_node=seq % 2), publications, 0)
    found = [
        (unknown.number, unknown.first_at_ms, unknown.last_at_ms, unknown.times)
        for unknown in read_unknown_nodes(book.path)
    ]
    assert found == [(0, 2, 2, 1), (1, 1, 3, 2)]
    assert read_unknown_codes(book.path) == []
    book.close()


def test_old_marks_go_as_new_ones_come_but_not_all_at_once(tmp_path: Path) -> None:
    book = Journal(tmp_path / "gateway.db", 0)
    for seq in range(1, 9):
        book.write(Entry(mark=mark(seq), is_unknown=True), publications, 1000)
    late_ms = 1001 + journal.KEEP_MARKS_MS
    book.write(Entry(mark=replace(mark(9), at_ms=late_ms)), publications, late_ms)
    assert sum(book.has_heard("receiver", "e", seq) for seq in range(1, 9)) == 6
    for seq in range(10, 13):
        book.write(Entry(mark=replace(mark(seq), at_ms=late_ms)), publications, late_ms)
    assert [seq for seq in range(1, 13) if book.has_heard("receiver", "e", seq)] == [9, 10, 11, 12]
    book.close()


def test_a_frame_that_was_taken_is_known_for_ever_and_by_its_key(tmp_path: Path) -> None:
    book = Journal(tmp_path / "gateway.db", 0)
    frame = FrameMark(4660, "0a0b0c0d", 7)
    assert not book.has_frame(frame)
    for seq in (1, 2):  # two ears
        book.write(Entry(mark=mark(seq), frame=frame), publications, 0)
    book.close()
    book = Journal(tmp_path / "gateway.db", 2 * journal.KEEP_MARKS_MS)
    assert not book.has_heard("receiver", "e", 1)
    assert book.has_frame(frame)
    for other in (replace(frame, counter=8), replace(frame, key_mark="00000000"), replace(frame, node_id=1)):
        assert not book.has_frame(other)
    book.close()


def test_an_older_journal_is_taken_over_with_its_calls(tmp_path: Path) -> None:
    path = tmp_path / "gateway.db"
    book = Journal(path, 0)
    book.write(Entry(events=[placed(1)], mark=mark(1)), publications, 0)
    epoch = book.epoch
    book.close()
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as db:
        first = ("meta", "events", "heard", "commands", "outbox", "unknown_codes")
        for (table,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall():
            if table not in first and not table.startswith("sqlite_"):
                db.execute(f"DROP TABLE {table}")
        db.execute("PRAGMA user_version = 1")
        db.execute("UPDATE events SET record = json_remove(record, '$.call.authenticated')")
    book = Journal(path, 0)
    assert book.epoch == epoch
    assert [event.call.authenticated for event in book.open_events()] == [False]
    book.write(Entry(mark=mark(2), frame=FrameMark(1, "x", 1)), publications, 0)
    assert book.has_frame(FrameMark(1, "x", 1))
    book.close()


def test_an_outbox_row_is_gone_once_done(tmp_path: Path) -> None:
    book = Journal(tmp_path / "gateway.db", 0)
    book.write(Entry(publications=[Publication(f"t/{n}", b"x") for n in range(5)]), publications, 0)
    outbox = JournalOutbox(book.path)
    first = outbox.outbox_after(0, 2)
    assert [row.topic for row in first] == ["t/0", "t/1"]
    assert [row.topic for row in outbox.outbox_after(first[-1].row_id, 10)] == ["t/2", "t/3", "t/4"]
    outbox.outbox_done(first[0].row_id)
    assert [row.topic for row in outbox.outbox_after(0, 10)] == ["t/1", "t/2", "t/3", "t/4"]
    outbox.close()
    book.close()


STEP = st.tuples(
    st.sampled_from(["normal", "emergency", "reset", "presence", "acknowledge", "clear", "wait"]), st.integers(0, 2)
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(st.lists(STEP, max_size=25))
def test_the_fold_gives_the_board_back(tmp_path: Path, steps: list[tuple[str, int]]) -> None:
    """After any history the board folded from `open_events` is the board, and its next call gets the same number."""
    path = tmp_path / "fold.db"
    for file in tmp_path.glob("fold.db*"):
        file.unlink()
    book = Journal(path, 0)
    board = CallBoard("east-e", default_policies())
    now_ms = 0
    for what, n in steps:
        now_ms += 1000
        book.write(Entry(events=_step(board, what, n, now_ms)), publications, 0)
    folded = CallBoard("east-e", default_policies())
    for event in book.open_events():
        folded.apply(event)
    assert folded.calls == board.calls
    new = Signal(Station("new", "new", ""), "normal")
    assert folded.receive(new, now_ms)[0].call.call_id == board.receive(new, now_ms)[0].call.call_id
    book.close()


def _step(board: CallBoard, what: str, n: int, now_ms: int) -> list[CallEvent]:
    if what == "wait":
        return board.poll(now_ms + 1_000_000)
    if what not in ("acknowledge", "clear"):
        return board.receive(Signal(STATIONS[n], what), now_ms)
    calls = board.open_calls()
    try:
        return board.receive(Verb(what, calls[n % len(calls)].call_id, "Li", "bed"), now_ms) if calls else []
    except CallError:
        return []


def test_a_journal_that_was_deleted_takes_nothing_until_it_is_back(tmp_path: Path) -> None:
    book = Journal(tmp_path / "gateway.db", 0)
    away = tmp_path / "away.db"
    book.path.rename(away)
    with pytest.raises(JournalError, match="was taken away"):
        book.write(Entry(events=[placed(1)], mark=mark(1)), publications, 0)
    assert not book.has_heard("receiver", "e", 1)
    away.rename(book.path)
    book.write(Entry(events=[placed(1)], mark=mark(1)), publications, 0)
    assert book.last_seq() == 1
    book.close()
