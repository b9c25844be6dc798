"""`wardbell house audit`, on a real database."""

import time

import pytest
from databases import Database

from wardbell_callcenter.house_command import main
from wardbell_callcenter.store.store import Store


def audit(database: Database, *options: str) -> int:
    return main(["audit", "--db", database.url, *options])


@pytest.fixture
def database(database: Database) -> Database:
    store = Store(database.url)
    with store.writing() as ledger:
        for number in range(3):
            ledger.audit.append(
                time.time_ns() // 1_000_000, "Ana", "force_ready", "Wei", f"reason {number}", was="busy"
            )
    store.close()
    return database


def test_what_was_done_is_listed(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    assert audit(database) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert lines[0].startswith("1  20")
    assert lines[0].endswith("Z  Ana  force_ready  Wei  reason 0  was=busy")
    database.execute("UPDATE audit SET at_ms = 0 WHERE entry = 1")
    assert audit(database, "--days", "1") == 0
    assert len(capsys.readouterr().out.splitlines()) == 2


def test_it_says_whether_all_stands_and_against_a_seal_what_was_cut_off(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    assert audit(database, "--verify") == 0
    seal = capsys.readouterr().out.split()[-1]
    assert audit(database, "--seal", seal) == 0
    database.execute("DELETE FROM audit WHERE entry = 3")
    assert audit(database, "--verify") == 0
    assert audit(database, "--verify", "--seal", seal) == 1
    assert "row 3 is not" in capsys.readouterr().out
    database.execute("UPDATE audit SET reason = 'none' WHERE entry = 1")
    assert audit(database, "--verify") == 1


@pytest.mark.parametrize("said", [("--seal", "3"), ("--seal", "0:" + "0" * 64), ("--days", "0"), ("--days", "-1")])
def test_what_is_no_seal_or_no_number_of_days_is_bad_usage(database: Database, said: tuple[str, str]) -> None:
    with pytest.raises(SystemExit) as ended:
        audit(database, *said)
    assert ended.value.code == 2
