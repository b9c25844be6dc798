"""The figures of a shift that was worked: what the engine does comes out as what it was."""

import contextlib
import csv
import io
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from centre_bench import MINUTE, SECOND, Centre, house, policy
from centre_parts import T0, acknowledged, call_state, cleared
from databases import Database
from sqlalchemy import Engine, event

from wardbell_callcenter.figure_watch import FigureWatch
from wardbell_callcenter.figures.figures_command import main
from wardbell_callcenter.figures.gather import gather
from wardbell_callcenter.figures.kpi import Share
from wardbell_callcenter.figures.live import live_figures
from wardbell_callcenter.figures.periods import Period
from wardbell_callcenter.figures.report import Figures, Report, report
from wardbell_callcenter.house import Step
from wardbell_callcenter.store.store import Store

STEPS = policy(
    Step(after_s=0, to=["everybody"], ring_s=20),
    Step(after_s=30, to=["everybody"], ring_s=0),
    accept_limit_s=60,
    remind_s=0,
)
HOUSE = house(
    STEPS, time_zone="Asia/Shanghai", targets={"accept_s": 20, "response_s": {"bathroom": 90}}, limits={"missed": 0}
)
WHOLE = Period("all", T0 - MINUTE, T0 + 600 * MINUTE)


@contextlib.contextmanager
def shift(url: str) -> Iterator[Centre]:
    """A centre at the end of a shift."""
    centre = Centre(url, HOUSE)
    centre.hear_snapshot()
    centre.sign_in("Li", "Wang")
    work_a_shift(centre)
    yield centre
    centre.store.close()


def place(number: int) -> dict[str, Any]:
    """The moments of a call that is placed when the test is at it."""
    return {"station_id": f"s-{number}", "room": str(number)}


def open_at(centre: Centre, number: int, kind: str = "normal") -> str:
    """A call of that room, placed now; returns its contact."""
    at_ms = centre.now.wall_ms
    times = {"placed_at_ms": at_ms, "raised_at_ms": at_ms, "last_press_at_ms": at_ms}
    return centre.open(f"east-{number}-{at_ms}", kind, **place(number), **times).contact_id


def clear(centre: Centre, number: int, placed_at_ms: int, **answered: int) -> None:
    at_ms = centre.now.wall_ms
    call = call_state(f"east-{number}-{placed_at_ms}", placed_at_ms=placed_at_ms, **place(number))
    call = acknowledged(call, answered["answered_at_ms"]) if answered else call
    centre.hear("cleared", cleared(call, at_ms))


def work_a_shift(centre: Centre) -> None:
    """Room 1: helped in time, and calls again. 2: late. 3: given up. 4: accepted, not visited. 5: by the ward. 6: waits."""
    first = open_at(centre, 1)
    centre.wait(10 * SECOND)
    centre.accept("Li", first)
    centre.wait(30 * SECOND)
    centre.do("on_site", "Li", contact_id=first)
    centre.wait(60 * SECOND)
    centre.do("resolve", "Li", contact_id=first)
    second = open_at(centre, 2, "bathroom")
    centre.wait(40 * SECOND)
    centre.accept("Wang", second)
    centre.wait(55 * SECOND)
    centre.do("on_site", "Wang", contact_id=second)
    centre.do("resolve", "Wang", contact_id=second)
    again = open_at(centre, 1)
    centre.accept("Li", again)
    centre.do("on_site", "Li", contact_id=again)
    centre.do("resolve", "Li", contact_id=again)
    third_ms = centre.now.wall_ms
    open_at(centre, 3)
    centre.wait(15 * SECOND)
    clear(centre, 3, third_ms)
    fourth = open_at(centre, 4)
    centre.accept("Wang", fourth)
    centre.wait(60 * SECOND)
    centre.accept("Li", fourth)
    centre.do("on_site", "Li", contact_id=fourth)
    centre.do("resolve", "Li", contact_id=fourth)
    fifth_ms = centre.now.wall_ms
    open_at(centre, 5)
    centre.wait(25 * SECOND)
    clear(centre, 5, fifth_ms, answered_at_ms=fifth_ms + 5 * SECOND)
    open_at(centre, 6)
    centre.wait(5 * SECOND)


def counted(centre: Centre, after_ms: int = 0) -> Report:
    with centre.store.reading() as ledger:
        material = gather(ledger, WHOLE, HOUSE)
    return report(material, WHOLE, [], HOUSE, centre.now.wall_ms + after_ms)


def test_a_shift_is_counted_as_it_was_worked(database: Database) -> None:
    with shift(database.url) as centre:
        found = counted(centre)
        look_at_the_board(centre, found.total)
    total = found.total
    assert (total.contacts, total.unfinished) == (7, 1)
    assert total.service_levels.offered == Share(2, 6)
    assert total.service_levels.excluding == Share(2, 5)
    assert total.service_levels.ended_too == Share(3, 6)
    assert (total.response_time.of, total.response_time.max_s, total.response_time.median_s) == (5, 95, 40)
    assert (total.speed_of_answer.of, total.speed_of_answer.mean_s) == (4, (10 + 40 + 0 + 60) / 4)
    assert total.technical_delay.max_s == 0
    assert total.breaches == {"bathroom": Share(1, 1), "normal": Share(0, 5)}
    assert total.given_up == Share(1, 7)
    assert total.not_visited == Share(1, 5)
    assert total.calls_again == Share(1, 1)
    assert (total.escalated, total.reached) == (Share(2, 7), {0: 7, 1: 2})
    assert total.missed.count == 4
    agents = {one.agent: one for one in found.agents}
    assert (agents["Li"].offers.accepted, agents["Wang"].offers.accepted) == (3, 2)
    assert (agents["Li"].work.handling_s, agents["Wang"].work.handling_s) == (90, 55 + 60)
    assert total.occupancy == Share(205, 600)


def look_at_the_board(centre: Centre, today: Figures) -> None:
    with centre.store.reading() as ledger:
        live = live_figures(ledger, HOUSE, centre.now.wall_ms)
        assert live_figures(ledger, HOUSE, centre.now.wall_ms, "west").waiting == 0
    assert (live.waiting, live.oldest_s, live.taken, live.agents) == (1, 5.0, 0, {"offered": 2})
    assert live.service_today == live.service_last_hour == today.service_levels
    assert (live.given_up_today, live.response_time_today) == (today.given_up, today.response_time)
    with centre.store.reading() as ledger:
        live = live_figures(ledger, HOUSE, centre.now.wall_ms + 24 * 60 * MINUTE)
    assert (live.waiting, live.service_today.offered, live.service_last_hour.offered) == (1, Share(0, 0), Share(0, 0))


@dataclass
class Worked:
    """A shift that was worked on SQLite, and every statement that it took."""

    centre: Centre
    statements: dict[str, Any]


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worked]:
    statements: dict[str, Any] = {}

    def note(_c: object, _u: object, statement: str, parameters: object, _x: object, is_many: bool) -> None:
        statements[statement] = parameters[0] if is_many else parameters  # type: ignore[index]

    url = f"sqlite:///{tmp_path_factory.mktemp('shift') / 'callcenter.db'}"
    Store(url).close()  # the tables are made once, and may take what they need
    event.listen(Engine, "before_cursor_execute", note)
    with shift(url) as centre:
        centre.contacts()
        centre.hand_over()
        counted(centre)
        FigureWatch(centre.store, centre.engine.house_in, lambda: centre.now).count()
        event.remove(Engine, "before_cursor_execute", note)
        yield Worked(centre, statements)


def test_no_statement_reads_all_that_ever_was(worked: Worked) -> None:
    growing = {"contacts", "events", "offers", "deliveries", "audit", "agent_times", "steps"}
    found = []
    with contextlib.closing(sqlite3.connect(worked.centre.url.removeprefix("sqlite:///"))) as database:
        for statement, parameters in worked.statements.items():
            if statement.startswith(("SELECT", "UPDATE", "DELETE")):
                plan = [str(row[3]) for row in database.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)]
                found += [(step, statement) for step in plan if step.startswith("SCAN") and step.split()[1] in growing]
    assert found == []
    assert any(" contacts" in statement for statement in worked.statements)


def test_what_is_not_over_yet_is_counted_once_it_is(database: Database) -> None:
    with shift(database.url) as centre:
        total = counted(centre, after_ms=11 * MINUTE).total
    assert total.service_levels.offered == Share(2, 7)
    assert total.breaches["normal"] == Share(1, 6)
    assert total.calls_again == Share(1, 5)


def test_the_command_prints_them_in_either_language_and_for_programs(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    with shift(database.url):
        pass  # what is left of it is what the command reads
    days = ["--from", "2027-01-15", "--until", "2027-01-15", "--db", database.url]
    assert main(days) == 0
    said = capsys.readouterr().out
    assert "2027-01-15  Asia/Shanghai: 7 contacts, 1 of them open still" in said
    assert "cleared at the bed before anybody came ÷ bed calls: a warning" in said
    assert "14.3%  (1 of 7)" in said
    assert main([*days, "--lang", "zh_CN", "--by", "day"]) == 0
    said = capsys.readouterr().out
    assert "7 个工单" in said
    assert "到床旁超过 180 秒：普通呼叫" in said
    assert main([*days, "--json", "--by", "hour"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["total"]["not_visited"] == {"count": 1, "of": 5}
    assert sum(hour["contacts"] for hour in found["periods"]) == 7
    assert main([*days, "--csv", "--by", "hour"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert len(rows) == 24
    assert sum(int(row["given_up.count"]) for row in rows) == 1
    assert main([*days, "--by", "shift"]) == 78
    assert "no shifts" in capsys.readouterr().err
