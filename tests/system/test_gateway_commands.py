"""`wardbell enrol` and `wardbell calls` as processes."""

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest
from gateways import BusEnd, GatewayProcess, ReceiverEnd, environment, wait_for, write_registry
from servers import DEADLINE_S, BrokerProcess, wait_until

from wardbell_gateway import enrolment
from wardbell_gateway.enrolment import Wanted
from wardbell_gateway.journal import NO_WORD, Entry, Journal, Mark
from wardbell_gateway.registry import read_registry
from wardbell_protocol.errors import ConfigError

REACHES = f"import wardbell_gateway.asking as asking; asking.BROKER_WITHIN_S = {DEADLINE_S}; "
PATIENT = f"{REACHES}asking.ANSWER_WITHIN_S = {DEADLINE_S}; "


def command(name: str, *arguments: object, first: str = "") -> list[str]:
    """The command line of one of our commands; `first`: what it does before."""
    code = f"{first}import sys; from wardbell_gateway.{name}_command import main; sys.exit(main(sys.argv[1:]))"
    return [sys.executable, "-c", code, *map(str, arguments)]


def run(name: str, *arguments: object, first: str = "") -> subprocess.CompletedProcess[str]:
    """Run one to its end."""
    return subprocess.run(
        command(name, *arguments, first=first),
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
        env=environment(),
    )


def test_a_ward_from_nothing(tmp_path: Path) -> None:
    home = ("--home", tmp_path / "new")
    early = run("enrol", *home, "--room", "203", "--bed", "2", "--address", "0F1F01F0")
    assert early.returncode == 78
    assert "begin the ward first: wardbell enrol --ward NAME" in early.stderr
    began = run(
        "enrol", *home, "--ward", "east", "--name", "zh_CN=东区", "--room", "203", "--bed", "2", "--address", "0f1f01f0"
    )
    assert began.returncode == 0, began.stderr
    assert "Next: press its button" in began.stdout
    again = run("enrol", *home, "--ward", "east")
    assert again.returncode == 78
    assert "there is a registry already" in again.stderr
    urgent = run("enrol", *home, "--room", "204", "--code", "91568F", "--signal", "emergency")
    assert urgent.returncode == 78
    assert "stations[204].codes: emergency clears only at the bed" in urgent.stderr
    pair = ("--code", "91568F", "--signal", "emergency", "--code", "915683", "--signal", "reset")
    assert run("enrol", *home, "--room", "204", *pair).returncode == 0
    more = run("enrol", *home, "--room", "204", "--code", "915680", "--signal", "normal")
    assert more.returncode == 0, more.stderr
    stations = json.loads(run("enrol", *home, "--list", "--json").stdout)
    assert [station["station_id"] for station in stations] == ["203-2", "204"]
    assert stations[1]["codes"] == {"91568F": "emergency", "915683": "reset", "915680": "normal"}
    assert run("enrol", *home, "--remove", "203-2").returncode == 0
    assert run("enrol", *home, "--remove", "203-2").returncode == 78
    assert "204" in run("enrol", *home, "--list").stdout
    assert run("enrol", *home).returncode == 2
    assert run("enrol", *home, "--room", "1", "--code", "91568F").returncode == 2


def test_a_new_key_for_a_node_takes_a_new_id_too(tmp_path: Path) -> None:
    enrolment.create(tmp_path / "registry.json", "east", {})
    made = [enrolment.enrol(tmp_path / "registry.json", Wanted("203", "2", has_key=True)) for _ in range(2)]
    assert made[0]["node_id"] != made[1]["node_id"]
    assert made[0]["key"] != made[1]["key"]
    stations = read_registry(tmp_path / "registry.json").stations
    assert [(s.node_id, s.key, s.clear_at) for s in stations] == [(made[1]["node_id"], made[1]["key"], ("bed",))]


def test_listening_shows_codes_and_nodes_that_nobody_enrolled(tmp_path: Path) -> None:
    book = Journal(tmp_path / "gateway.db", 0)
    process = subprocess.Popen(
        command("enrol", "--home", tmp_path, "--listen", "--seconds", DEADLINE_S), stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert "press the remote" in process.stdout.readline()
    book.write(Entry(mark=Mark("receiver", "e", 1, 0x91568F, 1), is_unknown=True), lambda *_: [], 0)
    book.write(Entry(mark=Mark("receiver", "e", 2, NO_WORD, 1), unknown_node=4660), lambda *_: [], 0)
    shown = sorted(process.stdout.readline() for _ in range(2))
    assert "91568F" in shown[0]
    assert "node 4660 with a key, heard 1 times: not of this ward" in shown[1]
    process.terminate()
    process.wait(DEADLINE_S)
    process.stdout.close()
    book.close()


def test_two_people_enrol_at_once(tmp_path: Path) -> None:
    enrolment.create(tmp_path / "registry.json", "east", {})
    addresses = [f"{n:08b}" for n in range(8)]
    started = [
        subprocess.Popen(
            command("enrol", "--home", tmp_path, "--room", n, "--address", address), stdout=subprocess.DEVNULL
        )
        for n, address in enumerate(addresses)
    ]
    assert [process.wait(DEADLINE_S) for process in started] == [0] * len(started)
    assert {station.address for station in read_registry(tmp_path / "registry.json").stations} == set(addresses)


def test_killed_while_enrolling(tmp_path: Path) -> None:
    path = tmp_path / "registry.json"
    enrolment.create(path, "east", {})
    code = (
        "import sys, pathlib, wardbell_gateway.enrolment as e\n"
        "path = pathlib.Path(sys.argv[1])\n"
        "for n in range(10**6):\n"
        "    print(flush=True)\n"
        "    e.enrol(path, e.Wanted('room' + 'x' * (n % 12), station_id=f's{n % 7}', address=f'{n % 7:08b}'))\n"
        "    e.remove(path, f's{(n - 3) % 7}') if n >= 3 else None\n"
    )
    source = random.Random(5)
    found = 0
    for _ in range(20):
        process = subprocess.Popen(
            [sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        assert process.stdout is not None
        for _ in range(source.randrange(1, 5)):  # so far, and a little further into the next change
            process.stdout.readline()
        for _ in range(source.randrange(20_000)):
            pass
        process.kill()
        process.wait()
        process.stdout.close()
        for each in read_registry(path).stations:
            found += 1
            enrolment.remove(path, each.station_id)
    assert found > 8


def test_what_cannot_be_enrolled_leaves_the_file_alone(tmp_path: Path) -> None:
    path = write_registry(tmp_path)
    before = path.read_bytes()
    with pytest.raises(ConfigError, match=r"stations\[209\]\.address"):
        enrolment.enrol(path, Wanted("209", address="0F1F01F0"))
    with pytest.raises(ConfigError, match="remove the station first"):
        enrolment.enrol(path, Wanted("203", "2", address="FFFFFFFF"))
    assert path.read_bytes() == before


def test_calls_list_and_a_station_with_an_open_call(broker: BrokerProcess, tmp_path: Path) -> None:
    home = tmp_path / "ward"
    write_registry(home)
    nobody = run("calls", "list", "--home", home, "--broker", broker.url, first=REACHES)
    assert nobody.returncode == 69
    assert "no gateway answers for ward east" in nobody.stderr
    receiver = ReceiverEnd(tmp_path / "ttyBELL")
    gateway = GatewayProcess(home, broker.url, "--serial", str(receiver.line.path))
    gateway.start()
    wait_until(lambda: receiver.peer.is_up, "the link")
    bus = BusEnd(broker.url)
    receiver.press("203-2", "emergency")
    receiver.press("203-1")
    wait_for(bus, lambda bus: len(bus.open) == 2, "both calls")

    listed = run("calls", "list", "--json", "--home", home, "--broker", broker.url, first=PATIENT)
    assert listed.returncode == 0, listed.stderr
    calls = json.loads(listed.stdout)["calls"]
    assert [(call["room"], call["bed"], call["kind"]) for call in calls] == [
        ("203", "2", "emergency"),
        ("203", "1", "normal"),
    ]
    for lang, row in (("en", ["203-2", "emergency?", "calling"]), ("zh_CN", ["203室2床", "紧急呼叫?", "呼叫中"])):
        table = run("calls", "list", "--lang", lang, "--home", home, "--broker", broker.url, first=PATIENT).stdout
        assert table.splitlines()[1].split()[:3] == row

    kept = run("enrol", "--home", home, "--remove", "203-2")
    assert kept.returncode == 2
    assert "clear it first" in kept.stderr
    gateway.kill()
    bus.close()
    receiver.close()


def test_no_broker_is_said(tmp_path: Path) -> None:
    without = run("calls", "list", "--ward", "east", "--home", tmp_path, "--broker", "mqtt://127.0.0.1:1")
    assert without.returncode == 69
    assert "no broker at 127.0.0.1:1" in without.stderr
    assert len(without.stderr.splitlines()) == 1  # and not also the client's log
    assert run("calls", "list", "--home", tmp_path).returncode == 78
    assert run("calls", "list", "--ward", "East Wing", "--home", tmp_path).returncode == 2


def test_a_folder_that_cannot_be_written_is_said() -> None:
    done = run("enrol", "--home", "/dev/null/ward", "--ward", "east")
    assert (done.returncode, "Traceback" in done.stderr) == (78, False)
    assert "--home" in done.stderr
