"""Device processes: errors carry their text, nothing is left behind, the command speaks JSON lines."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from servers import DEADLINE_S, wait_until

from wardbell_protocol.errors import ConfigError
from wardbell_simulator.errors import DeviceError, WardError
from wardbell_simulator.micropython import MicroPythonProcess, find_micropython
from wardbell_simulator.plan import default_plan
from wardbell_simulator.sim_command import main
from wardbell_simulator.ward import Ward

NODE = default_plan().nodes[0]
SIM = "import sys; from wardbell_simulator.sim_command import main; sys.exit(main(sys.argv[1:]))"


def wait_gone(pids: list[int]) -> None:
    wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids), "no device process to be left behind")


def test_a_node_answers_line_by_line_and_ends_with_its_stdin() -> None:
    process = MicroPythonProcess("node", "main_bedside")
    answer = process.exchange({"keys": list(NODE.keys), "settings": NODE.settings(), "files": {}})
    assert answer == {"t": 0, "due": answer["due"], "out": []}
    assert answer["due"] > 0  # its first heartbeat
    answer = process.exchange({"t": 1_000_000, "keys": [["call", 1]]})
    assert {part for part, _, _ in answer["out"]} == {"air", "lamp_red", "tone"}
    process.close()
    wait_gone([process.pid])


def test_a_traceback_is_an_error_that_carries_it() -> None:
    process = MicroPythonProcess("node 5", "main_bedside")
    with pytest.raises(DeviceError, match=r"(?s)node 5: Traceback.*KeyError: settings") as caught:
        process.exchange({"keys": [], "files": {}})
    assert "boards.py" in caught.value.text
    wait_gone([process.pid])


@pytest.mark.parametrize("is_cpython", [False, True], ids=["micropython", "cpython"])
def test_a_device_that_fails_fails_the_ward(is_cpython: bool) -> None:
    with Ward(is_cpython=is_cpython, has_host=False) as ward:
        ward.run_for_ms(100)
        ward.receiver.device.change_key("ack", True)
        ward.beds["203-2"].device.change_key("no such key", True)
        with pytest.raises(DeviceError, match=r"(?s)203-2: Traceback.*no such key"):
            ward.run_for_ms(100)
        assert not ward.powered["203-2"]


def test_unknown_beds_and_keys_are_refused_by_name() -> None:
    with Ward(is_cpython=True) as ward:
        with pytest.raises(WardError, match="no bed '9'; there are 201-1"):
            ward.press("9")
        with pytest.raises(WardError, match="201-1 has no key 'cord'; it has call, reset"):
            ward.press("201-1", "cord")


def test_without_an_interpreter_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("WARDBELL_MICROPYTHON", str(tmp_path / "none"))
    with pytest.raises(ConfigError, match="make setup"):
        find_micropython()


class Sim:
    """`wardbell sim --headless` as a process."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        command = [sys.executable, "-c", SIM, "--headless", "--serial", str(folder / "port"), *options]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        self.records: list[dict[str, Any]] = []

    def say(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def hear(self, what: str, text: str) -> dict[str, Any]:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            record: dict[str, Any] = json.loads(line)
            self.records.append(record)
            if record["what"] == what and text in json.dumps(record["value"]):
                return record
        raise AssertionError(f"ended before {what} {text}: {self.records[-3:]}")

    def children(self) -> list[int]:
        pid = self.process.pid
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.fixture
def sim(tmp_path: Path) -> Iterator[Sim]:
    sim = Sim(tmp_path, "--alone", "--speed", "5", "--registry", str(tmp_path / "ward.json"))
    yield sim
    sim.process.kill()
    sim.process.communicate()


def test_the_command_takes_verbs_and_prints_what_changes(sim: Sim) -> None:
    assert sim.hear("ready", "")["value"] == {"serial": str(sim.folder / "port")}
    sim.hear("lcd", "Everything Good!")
    sim.say("press 203-2")
    assert sim.hear("air", "0F1F01F00001")["source"] == "203-2"
    sim.hear("lcd", "Calling!!!")
    sim.say("dance")
    sim.hear("refused", "not a verb: 'dance'")
    sim.say("jam carrier soon")
    sim.hear("refused", "a whole number of s is wanted, as 30; got 'soon'")
    sim.say("ack")
    sim.hear("lcd", "I know!")
    sim.say("battery 203-1 2100")
    for key, word in (("presence", "0110"), ("reset", "0111")):  # it is measured while it sends, and once is no warning
        sim.say(f"press 203-1 {key}")
        sim.hear("air", f"0F1F01FF{word}")
    sim.hear("lcd", "Low battery")
    sim.say("unplug 202-1")
    assert sim.hear("air", "0F0F10011100")["source"] == "202-1"
    sim.say("replug 202-1")
    sim.say("jam carrier 1")
    assert sim.hear("jam", "carrier")["source"] == "jammer"
    sim.say("kill 203-2")
    sim.hear("power", "0")
    sim.say("restart 203-2")
    sim.hear("power", "1")
    sim.say("pull")
    sim.hear("cable", "0")
    assert not (sim.folder / "port").exists()
    sim.say("plug")
    sim.hear("cable", "1")
    assert (sim.folder / "port").exists()
    assert json.loads((sim.folder / "ward.json").read_text(encoding="utf-8")) == default_plan().registry_document()
    children = sim.children()
    assert len(children) == 1 + len(default_plan().nodes)
    sim.say("quit")
    assert sim.process.wait(DEADLINE_S) == 0
    wait_gone(children)
    assert not (sim.folder / "port").exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL], ids=["term", "int", "kill"])
def test_however_it_ends_no_process_stays(sim: Sim, number: signal.Signals) -> None:
    sim.hear("lcd", "Everything Good!")
    children = sim.children()
    assert len(children) == 9
    os.kill(sim.process.pid, number)
    assert sim.process.wait(DEADLINE_S) == (-signal.SIGKILL if number == signal.SIGKILL else 0)
    wait_gone(children)


def test_a_registry_that_is_there_is_people_s(tmp_path: Path) -> None:
    path = tmp_path / "ward.json"
    path.write_text("{}")
    sim = Sim(tmp_path, "--cpython", "--registry", str(path))
    sim.hear("ready", "")
    sim.say("quit")
    sim.process.communicate(timeout=DEADLINE_S)
    assert (sim.process.returncode, path.read_text()) == (0, "{}")


def test_a_ward_file_that_is_wrong_is_refused(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", SIM, "--headless", "--ward", str(tmp_path / "none.toml")],
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )
    assert (run.returncode, run.stdout) == (2, "")
    assert "none.toml: (file): cannot be read" in run.stderr


@pytest.mark.parametrize(
    "options", [["--speed", "0"], ["--speed", "fast"], ["--speed", "inf"], ["--beds", "0"], ["--beds", "6561"]]
)
def test_numbers_that_cannot_be_are_refused(options: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(options)
    assert options[1] in capsys.readouterr().err
