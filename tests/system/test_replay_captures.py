"""A real remote's press, out of a recording, becomes a call on the bus."""

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from gateways import BusEnd, GatewayProcess, environment, station, tables, wait_for, write_registry
from servers import DEADLINE_S, REPOSITORY, BrokerProcess, until

from wardbell_simulator.decode_command import decode
from wardbell_simulator.headless_console import HeadlessConsole
from wardbell_simulator.replay_command import presses_of
from wardbell_simulator.trains import Train, read_trains

CAPTURES = REPOSITORY.parent / "shared" / "captures"
DOORBELL = CAPTURES / "iq" / "iq102_door_bell_433.92M_250k.cu8"

pytestmark = pytest.mark.skipif(not CAPTURES.is_dir(), reason="../shared/captures is absent")


def expected() -> dict[str, str]:
    """Code by the id of the recording."""
    rows = [json.loads(line) for line in (CAPTURES / "words.jsonl").read_text().splitlines()]
    return {row["id"]: row["expect_code"] for row in rows}


def line(command: str, *arguments: object) -> list[str]:
    """The command line of one of our commands."""
    code = f"import sys; from {command} import main; sys.exit(main(sys.argv[1:]))"
    return [sys.executable, "-c", code, *map(str, arguments)]


def run(command: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run one of our commands to its end."""
    return subprocess.run(
        line(command, *arguments), capture_output=True, text=True, timeout=DEADLINE_S, check=False, env=environment()
    )


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "ward"
    write_registry(home, tables(station("203-1")))
    return home


@pytest.fixture
def bus(iotcore_broker: BrokerProcess, home: Path) -> Iterator[BusEnd]:
    gateway = GatewayProcess(home, iotcore_broker.url)
    gateway.start()
    bus = BusEnd(iotcore_broker.url)
    wait_for(bus, lambda bus: not bus.mirror.is_stale, "the gateway")
    yield bus
    gateway.kill()
    bus.close()


def test_a_real_doorbell_becomes_a_call(bus: BusEnd, home: Path, iotcore_broker: BrokerProcess) -> None:
    code = expected()["iq102"]
    enrolled = run(
        "wardbell_gateway.enrol_command", "--home", home, "--room", "207", "--code", code, "--signal", "normal"
    )
    assert enrolled.returncode == 0, enrolled.stderr
    wait_for(bus, lambda bus: bus.mirror.info is not None and len(bus.mirror.info.stations) == 2, "the new station")

    replayed = run(
        "wardbell_simulator.replay_command", DOORBELL, "--home", home, "--broker", iotcore_broker.url, "--speed", "live"
    )
    assert replayed.returncode == 0, replayed.stderr
    assert {json.loads(line)["code"] for line in replayed.stdout.splitlines()} == {code}
    wait_for(bus, lambda bus: bus.open == {("207", "normal"): "placed"}, "the doorbell's call")


async def test_a_real_remote_is_a_row_on_the_console(bus: BusEnd, home: Path, iotcore_broker: BrokerProcess) -> None:
    arguments = ("--home", home, "--room", "12", "--code", expected()["iq000"], "--signal", "normal")
    assert run("wardbell_gateway.enrol_command", *arguments).returncode == 0
    wait_for(bus, lambda bus: bus.mirror.info is not None and len(bus.mirror.info.stations) == 2, "the new station")
    async with HeadlessConsole(iotcore_broker.url, "desk", "Li Na", ("east",)) as console:
        recording = CAPTURES / "iq" / "iq000_PT2262_433.92M_250k.cu8"
        where = ("--home", home, "--broker", iotcore_broker.url)
        replaying = asyncio.to_thread(run, "wardbell_simulator.replay_command", recording, *where)
        assert (await replaying).returncode == 0
        row = re.compile(r"!! .* 12 +normal\? .* calling")
        await until(lambda: console.shows("12", "placed") and row.search(console.screen_text()), console.screen_text)


def test_an_unknown_remote_is_counted_and_shown_for_enrolment(
    bus: BusEnd, home: Path, iotcore_broker: BrokerProcess
) -> None:
    command = line("wardbell_gateway.enrol_command", "--home", home, "--listen", "--seconds", DEADLINE_S)
    listening = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment())
    assert listening.stdout is not None
    assert "press the remote" in listening.stdout.readline()
    replayed = run("wardbell_simulator.replay_command", DOORBELL, "--ward", "east", "--broker", iotcore_broker.url)
    assert replayed.returncode == 0, replayed.stderr
    assert expected()["iq102"] in listening.stdout.readline()
    listening.terminate()
    listening.wait(DEADLINE_S)
    listening.stdout.close()
    assert bus.open == {}


def test_no_broker_is_said(home: Path) -> None:
    run_without = run("wardbell_simulator.replay_command", DOORBELL, "--home", home, "--broker", "mqtt://127.0.0.1:1")
    assert run_without.returncode == 69
    assert "no broker" in run_without.stderr


def test_replay_hears_what_decode_hears() -> None:
    for train in read_trains(CAPTURES / "words.jsonl"):
        heard = sorted(f"{heard.press.code:06X}" for heard in presses_of([train]))
        presses = decode(train)["presses"]
        assert heard == sorted(part["code"] for press in presses for part in [press, *press.get("then", [])]), train.id
        assert heard, train.id


def test_times_follow_the_recordings() -> None:
    train = read_trains(CAPTURES / "words.jsonl")[0]
    first, second = presses_of([train, Train("again", train.pulses)])
    assert first.begin_us < first.heard_us < train.length_us
    assert second.begin_us - first.begin_us > train.length_us
