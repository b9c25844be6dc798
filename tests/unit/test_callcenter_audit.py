"""What was written down of people's acts stays as it was, or it shows."""

from collections.abc import Iterator

import pytest
from centre_parts import T0
from databases import Database

from wardbell_callcenter.store.audit_rows import Head
from wardbell_callcenter.store.store import Store


@pytest.fixture
def store(database: Database) -> Iterator[Store]:
    opened = Store(database.url)
    with opened.writing() as ledger:
        for number in range(1, 6):
            ledger.audit.append(T0 + number, "Ana", "force_ready", "Wei", f"reason {number}", was="not_ready")
    yield opened
    opened.close()


def broken(store: Store, noted: Head | None = None) -> int | None:
    with store.reading() as ledger:
        return ledger.audit.verify(noted)


def test_what_is_untouched_stands_and_can_be_read_by_time(store: Store) -> None:
    assert broken(store) is None
    with store.reading() as ledger:
        read = ledger.audit.between(T0 + 2, T0 + 5)
        newest = ledger.audit.between(0, T0 + 5, limit=2)
    assert [entry.reason for entry in read] == ["reason 2", "reason 3", "reason 4"]
    assert (read[0].by, read[0].what, read[0].of, read[0].detail) == ("Ana", "force_ready", "Wei", {"was": "not_ready"})
    assert [entry.entry for entry in newest] == [3, 4]


@pytest.mark.parametrize(
    ("change", "first"),
    [
        ("UPDATE audit SET reason = 'another' WHERE entry = 3", 3),
        ("UPDATE audit SET at_ms = at_ms + 1 WHERE entry = 1", 1),
        ("DELETE FROM audit WHERE entry = 2", 2),
        ("DELETE FROM audit WHERE entry = 1", 1),
        ("UPDATE audit SET seal = '' WHERE entry = 5", 5),
    ],
)
def test_what_is_changed_or_removed_shows(store: Store, database: Database, change: str, first: int) -> None:
    database.execute(change)
    assert broken(store) == first


def test_what_is_cut_off_shows_against_a_head_that_was_noted(store: Store, database: Database) -> None:
    with store.reading() as ledger:
        noted = ledger.audit.head()
    assert broken(store, noted) is None
    database.execute("DELETE FROM audit WHERE entry > 3")
    assert broken(store) is None
    assert broken(store, noted) == 4
    with store.writing() as ledger:  # and written anew, with other words
        for _ in range(3):
            ledger.audit.append(T0, "Ana", "force_ready", "Wei")
    assert broken(store) is None
    assert broken(store, noted) == 5


def test_what_is_longer_than_its_column_is_cut_before_it_is_sealed(store: Store) -> None:
    with store.writing() as ledger:
        ledger.audit.append(T0, "A" * 80, "w" * 40, "o" * 200, "夜" * 300)
    assert broken(store) is None


def act_in_vain(store: Store) -> None:
    with store.writing() as ledger:
        ledger.audit.append(T0, "Ana", "take_over", "c-1")
        raise ZeroDivisionError


def test_an_act_that_is_not_done_is_not_written_down(store: Store) -> None:
    with pytest.raises(ZeroDivisionError):
        act_in_vain(store)
    with store.reading() as ledger:
        assert ledger.audit.head().entry == 5
