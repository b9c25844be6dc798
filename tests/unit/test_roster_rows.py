"""What is entered beside the rosters' plan, in both databases."""

from dataclasses import replace

import pytest
from databases import Database

from wardbell_callcenter.house import Agent, House
from wardbell_callcenter.roster.change import ChangeError, RosterChange
from wardbell_callcenter.roster.entering import enter, take_back
from wardbell_callcenter.store.store import Store

DAY_MS = 86_400_000
LEAVE = RosterChange("r1", "leave", 10 * DAY_MS, 12 * DAY_MS, "chen", 1000, agent="Ana", reason="ill")


def test_entries_by_time_and_what_was_removed(database: Database) -> None:
    later = replace(LEAVE, change_id="r2", from_ms=12 * DAY_MS, until_ms=13 * DAY_MS, made_at_ms=2000, instead="Zoe")
    store = Store(database.url)
    with store.writing() as ledger:
        assert ledger.roster.next_id() == "r1"
        assert ledger.roster.add(LEAVE) == LEAVE
        before = ledger.roster.stamp()
        ledger.roster.add(later)
        assert ledger.roster.stamp() != before
        assert ledger.roster.next_id() == "r3"

    with store.reading() as ledger:
        assert ledger.roster.between(0, 20 * DAY_MS) == [LEAVE, later]
        assert ledger.roster.between(0, 10 * DAY_MS) == []
        assert ledger.roster.between(12 * DAY_MS, 20 * DAY_MS) == [later]
        assert ledger.roster.around(14 * DAY_MS) == [later]
        assert ledger.roster.with_prefix("r1") == [LEAVE]
        assert ledger.roster.with_prefix("_") == []
    with store.writing() as ledger:
        before = ledger.roster.stamp()
        assert ledger.roster.remove("r1")
        assert not ledger.roster.remove("r1")
        assert ledger.roster.stamp() != before
        assert ledger.roster.between(0, 20 * DAY_MS) == [later]
        assert ledger.roster.between(0, 11 * DAY_MS, with_removed=True) == [replace(LEAVE, is_removed=True)]
    store.close()


@pytest.mark.parametrize("made_at_ms", [400, 1000])
def test_a_later_entry_is_later_though_the_clock_was_set_back(database: Database, made_at_ms: int) -> None:
    store = Store(database.url)
    with store.writing() as ledger:
        ledger.roster.add(LEAVE)
        assert ledger.roster.add(replace(LEAVE, change_id="r2", made_at_ms=made_at_ms)).made_at_ms == 1001
    store.close()


def test_what_cannot_be_meant_is_not_stored(database: Database) -> None:
    store = Store(database.url)
    with pytest.raises(ChangeError), store.writing() as ledger:
        enter(ledger, House(), replace(LEAVE, until_ms=0))
    with pytest.raises(ChangeError, match="no entry r1"), store.writing() as ledger:
        take_back(ledger, "r1", "chen", 5)
    store.close()
    assert database.rows("SELECT count(*) FROM roster_changes") == [(0,)]


def test_who_entered_it_and_who_took_it_back_is_in_the_audit_once(database: Database) -> None:
    store = Store(database.url)
    with store.writing() as ledger:
        enter(ledger, House(agents={"Ana": Agent()}), LEAVE)
        take_back(ledger, "r1", "wu", 3000, "well again")
        take_back(ledger, "r1", "wu", 4000)
    with store.reading() as ledger:
        written = [(row.at_ms, row.by, row.what, row.of, row.reason) for row in ledger.audit.between(0, 9000)]
        assert ledger.audit.between(0, 9000)[0].detail["agent"] == "Ana"
    store.close()
    assert written == [
        (1000, "chen", "roster_enter", "r1", "ill"),
        (3000, "wu", "roster_remove", "r1", "well again"),
    ]
