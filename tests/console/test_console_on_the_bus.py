"""Two seats and a desk on a real broker, with the real gateway and call centre behind it."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from servers import DEADLINE_S, BrokerProcess, wait_until

from wardbell_bus.client import BusClient
from wardbell_callcenter.house_command import main as house_command
from wardbell_callcenter.people.secret import make_secret
from wardbell_console.desk import Desk
from wardbell_console.feed import Feed
from wardbell_console.language import Language
from wardbell_console.mqtt_port import MqttPort
from wardbell_gateway import asking
from wardbell_gateway.journal import read_chain_tests
from wardbell_gateway.self_test_command import main as self_test
from wardbell_protocol.bus import topics
from wardbell_protocol.bus.payloads import Hearing, encode

pytestmark = pytest.mark.usefixtures("centre_database")

WARDBELL = str(Path(sys.executable).with_name("wardbell"))
CODE = "A5A5C3"
REGISTRY: dict[str, Any] = {
    "ward": {"1": {"ward": "east", "name": {"en": "East"}, "policies": {},
                   "self_test": {"at": "00:00", "expect": ["console", "callcenter"]}}},
    "stations": {
        "1": {"station_id": "s1", "room": "203", "bed": "2", "address": "", "codes": {CODE: "normal"},
              "clear_at": ["bed", "console"]},
    },
}  # fmt: skip


def now_ms() -> int:
    return time.time_ns() // 1_000_000


SECRET = "three larks"
STAFF: dict[str, Any] = {
    "agents": {
        "wang": {"wards": ["east"]},
        "zhao": {"wards": ["east"], "secret": make_secret(SECRET, b"0123456789abcdef")},
        "head": {"role": "supervisor", "level": "home", "wards": ["west"]},
    },
    "wards": {"east": {}, "west": {}},
    "policies": {"only": {"steps": [{"after_s": 0, "to": ["ward"], "ring_s": 60}]}},
    "policy_of": {"default": "only"},
    "codes": {"fall": {"name": {"en": "Fall"}, "fields": ["injury"], "required": ["injury"]}},
    "reasons": {"meal": {"en": "Meal"}},
    "scripts": {"normal": {"en": ["Knock first"]}},
}


@pytest.fixture
def house(iotcore_broker: BrokerProcess, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[BrokerProcess]:
    """A broker with a gateway and a call centre on it; with the house's document, where a test names one."""
    (tmp_path / "registry.json").write_text(json.dumps(REGISTRY))
    if staff := getattr(request, "param", None):
        (tmp_path / "house.json").write_text(json.dumps(staff))
        assert house_command(["apply", str(tmp_path / "house.json"), "--home", str(tmp_path)]) == 0
    where = ["--broker", iotcore_broker.url, "--home", str(tmp_path)]
    running = []
    for part in ("gateway", "callcenter"):
        with (tmp_path / f"{part}.log").open("wb") as log:
            running.append(subprocess.Popen([WARDBELL, part, *where], stdout=log, stderr=log))
    yield iotcore_broker
    for process in running:
        process.terminate()
    for process in running:
        try:
            process.wait(DEADLINE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise


@pytest.fixture
def open_desk(house: BrokerProcess) -> Iterator[Callable[..., Desk]]:
    """Makes desks on the broker, and leaves with all of them at the end."""
    ports: list[MqttPort] = []

    def make(name: str, operator: str = "") -> Desk:
        feed = Feed(f"console-{name}", operator or "Li Na", () if operator else ("east",), operator)
        port = MqttPort(house.url, feed.client_id, feed.subscriptions(), name, "east", now_ms())
        ports.append(port)
        port.start()
        return Desk(feed, port, now_ms, Language("en"))

    yield make
    for port in ports:
        port.stop()


def hear(broker: BrokerProcess) -> None:
    """An ear of the house hears the button of 203-2."""
    client = BusClient(broker.url, "ear-test", [], lambda *_: None, lambda _: None)
    client.start()
    wait_until(lambda: client.is_connected, "the ear's connection")
    heard = Hearing(ear="ear-test", epoch="x", seq=1, code=CODE, words=6, t_us=450, at_ms=now_ms())
    client.publish(topics.hearing("east"), encode(heard))
    client.stop()


def holds(desks: list[Desk], condition: Callable[[], object], what: str) -> None:
    """Tick the desks until the condition holds."""

    def look() -> object:
        for desk in desks:
            desk.tick()
        return condition()

    wait_until(look, what)


def test_console_and_call_centre_answer_the_daily_test_of_the_chain(
    house: BrokerProcess, open_desk: Callable[..., Desk], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for limit in ("BROKER_WITHIN_S", "ANSWER_WITHIN_S"):
        monkeypatch.setattr(asking, limit, DEADLINE_S)
    nurse = open_desk("desk1")
    holds([nurse], lambda: _shows_ward(nurse), "the ward")
    follow = nurse.feed.wards[0].health  # what is not there yet when the test begins may be missing from it
    holds([nurse], lambda: "callcenter" in {part for part, _ in follow}, "the call centre, which follows the ward")
    with ThreadPoolExecutor(1) as terminal:  # the console goes on meanwhile: its life sign is its answer
        asked = terminal.submit(self_test, ["--now", "--home", str(tmp_path), "--broker", house.url])
        holds([nurse], asked.done, "the gateway's word that the test is under way")
        assert asked.result() == 0
    holds([nurse], lambda: read_chain_tests(tmp_path / "gateway.db"), "the record")
    (record,) = read_chain_tests(tmp_path / "gateway.db")
    assert (sorted(record.answered), record.missing) == (["callcenter", "console"], [])
    holds([nurse], lambda: not nurse.rows, "nothing left of it on the screen")


def test_a_press_is_acknowledged_escalated_and_accepted_by_one_of_two(
    house: BrokerProcess, open_desk: Callable[..., Desk]
) -> None:
    nurse, wang, zhao = open_desk("desk1"), open_desk("seat1", "wang"), open_desk("seat2", "zhao")
    desks = [nurse, wang, zhao]
    holds(desks, lambda: wang.feed.is_signed_in and zhao.feed.is_signed_in, "two operators")
    holds(desks, lambda: _shows_ward(nurse), "the ward")
    hear(house)
    holds(desks, lambda: nurse.rows, "the call's row")
    call_id = nurse.rows[0].call.call_id
    assert (nurse.rows[0].call.room, nurse.rows[0].call.bed) == ("203", "2")

    nurse.feed.escalate(call_id, now_ms())
    holds(desks, lambda: wang.feed.offers() and zhao.feed.offers(), "the offer at both seats")
    contact_id = wang.feed.offers()[0].contact.contact_id
    for seat in (wang, zhao):  # both press before either has heard of the other
        seat.feed.seat.about("accept", contact_id, now_ms())
        seat.send()
    answered = ["confirmed", "refused"]  # until both are, "unconfirmed" is said of one that takes long
    holds(desks, lambda: sorted(_told(seat, "accept") for seat in (wang, zhao)) == answered, "both answers")
    winner, loser = (wang, zhao) if _told(wang, "accept") == "confirmed" else (zhao, wang)
    assert loser.feed.notice is not None
    assert loser.feed.notice.reason == f"already taken by {winner.feed.operator}"
    holds(desks, lambda: _accepted_by(nurse) == winner.feed.operator, "the winner's name at the desk")

    nurse.feed.acknowledge(call_id, now_ms())
    nurse.send()
    holds(desks, lambda: nurse.rows[0].call.status == "acknowledged", "the acknowledgement")
    nurse.feed.history(call_id, now_ms())
    holds(desks, lambda: call_id in nurse.feed.histories, "the history")
    assert [event.kind for event in nurse.feed.histories[call_id]] == ["placed", "acknowledged"]
    nurse.feed.clear(call_id, now_ms())
    holds(desks, lambda: not nurse.rows and not wang.feed.centre.contacts, "the clear, and the contact withdrawn")


@pytest.mark.parametrize("house", [STAFF], indirect=True)
def test_agents_of_a_house_work_a_contact_and_a_supervisor_sees_to_them(
    house: BrokerProcess, open_desk: Callable[..., Desk]
) -> None:
    nurse, wang, head, zhao = open_desk("desk1"), open_desk("s1", "wang"), open_desk("s2", "head"), open_desk("s3")
    desks = [nurse, wang, head, zhao]
    holds(desks, lambda: wang.feed.is_signed_in and head.feed.is_signed_in, "two agents")
    holds(desks, lambda: not zhao.feed.centre.is_stale, "the call centre at the third seat")
    zhao.feed.seat.sign_in("zhao", now_ms())
    holds(desks, lambda: zhao.feed.seat.wants_secret, "that there is no way in without the secret")
    assert _told(zhao, "sign_in") == "refused"
    zhao.feed.seat.sign_in("zhao", now_ms(), SECRET)
    holds(desks, lambda: zhao.feed.is_signed_in, "zhao with the secret")

    holds(desks, lambda: _shows_ward(nurse), "the ward")
    hear(house)
    holds(desks, lambda: nurse.rows, "the call's row")
    nurse.feed.escalate(nurse.rows[0].call.call_id, now_ms())
    holds(desks, lambda: _pop(wang) and _pop(zhao), "the offer at both seats of the ward, with what comes with it")
    assert (_pop(wang), head.feed.offers()) == (["Knock first"], [])
    contact_id = wang.feed.offers()[0].contact.contact_id
    lines = head.feed.seat.time_lines
    holds(
        desks, lambda: [e.kind for e in lines.of(contact_id)].count("received") == 2, "that both seats have received it"
    )

    _ask(desks, zhao, "refuse", contact_id)
    holds(desks, lambda: not zhao.feed.offers(), "the end of zhao's offer")
    _ask(desks, wang, "accept", contact_id)
    _ask(desks, wang, "note", contact_id, text="asks for water")
    _ask(desks, wang, "on_site", contact_id)
    holds(desks, lambda: nurse.rows[0].call.status == "attended", "the ward to know that he is there")
    _ask(desks, wang, "resolve", contact_id, code="fall", state="refused")
    assert wang.language.reason(wang.feed.notice.reason) == "fall asks for injury"  # type: ignore[union-attr]
    _ask(desks, zhao, "take_over", contact_id, reason="mine", state="refused")
    assert zhao.language.reason(zhao.feed.notice.reason) == "not for your role"  # type: ignore[union-attr]
    _ask(desks, wang, "resolve", contact_id, code="fall", fields={"injury": "none"})
    holds(desks, lambda: contact_id not in head.feed.centre.contacts, "the end of the contact")
    happened = [event.kind for event in lines.of(contact_id)]
    assert [kind for kind in happened if kind not in ("received", "changed", "step_taken")] == [
        "opened", "stepped", "offered", "refused", "accepted", "noted", "on_site", "resolved",
    ]  # fmt: skip

    head.feed.seat.force("force_not_ready", "wang", "drill", now_ms())
    holds(desks, lambda: _told(wang, "force_not_ready") == "forced", "wang to read who did it")
    assert wang.feed.notice is not None
    assert (wang.feed.notice.by, wang.feed.notice.reason) == ("head", "drill")
    _reads_all(open_desk("s4", "wang"), desks, contact_id, happened)
    assert [each.feed.seat.may("take_over") for each in (zhao, head)] == [False, True]


def _reads_all(late: Desk, desks: list[Desk], contact_id: str, happened: Sequence[str]) -> None:
    """A console that has heard nothing of the contact is told what others heard."""
    holds([*desks, late], lambda: late.feed.is_signed_in, "the same agent at another console")
    late.feed.seat.show(contact_id)
    holds([late], lambda: _is_read(late, contact_id), "all that happened")
    assert [event.kind for event in late.feed.seat.time_lines.of(contact_id)] == list(happened)
    assert late.feed.seat.asks.pop_of(contact_id).script == ["Knock first"]


def _is_read(desk: Desk, contact_id: str) -> bool:
    lines = desk.feed.seat.time_lines
    return bool(lines.of(contact_id)) and not lines.state(contact_id, now_ms())[0]


def _pop(desk: Desk) -> list[str]:
    return next((ask.pop.script for ask in desk.feed.offers()), [])


def _ask(desks: list[Desk], desk: Desk, verb: str, contact_id: str, state: str = "confirmed", **fields: object) -> None:
    """Send a verb about a contact, and wait for that end of it."""
    desk.feed.notice = None
    desk.feed.seat.about(verb, contact_id, now_ms(), **fields)
    holds(desks, lambda: _told(desk, verb) == state, f"{verb} {state}")


def _shows_ward(desk: Desk) -> bool:
    return any(not desk.feed.is_stale(ward, now_ms()) for ward in desk.feed.wards)


def _told(desk: Desk, verb: str) -> str:
    notice = desk.feed.notice
    return notice.state if notice is not None and notice.verb == verb else ""


def _accepted_by(desk: Desk) -> str:
    contact = desk.rows[0].contact
    return contact.accepted_by if contact is not None else ""
