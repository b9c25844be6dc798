"""`wardbell up` with the real supervisor: everything comes up, what is killed comes again, an end ends all of it."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from servers import DEADLINE_S, free_port, is_listening, wait_until

from wardbell_console.desk import Desk
from wardbell_console.feed import Feed
from wardbell_console.language import Language
from wardbell_console.mqtt_port import MqttPort
from wardbell_console.view import lights

BIN = Path(sys.executable).parent
REGISTRY = {"ward": {"1": {"ward": "east", "name": {"en": "East"}, "policies": {}}}, "stations": {}}


def now_ms() -> int:
    return time.time_ns() // 1_000_000


@pytest.fixture
def home() -> Iterator[Path]:
    """A state folder whose path is short enough for a socket."""
    with tempfile.TemporaryDirectory(prefix="wb") as folder:
        (Path(folder) / "registry.json").write_text(json.dumps(REGISTRY))
        yield Path(folder)


def parts(home: Path) -> dict[str, str]:
    """State and process id of each part, as supervisorctl tells them."""
    told = subprocess.run(
        [BIN / "supervisorctl", "-c", home / "supervisord.conf", "status"],
        capture_output=True, text=True, timeout=DEADLINE_S, check=False,
    ).stdout  # fmt: skip
    words = [line.split() for line in told.splitlines()]
    return {line[0]: line[3].rstrip(",") for line in words if line[1:3] == ["RUNNING", "pid"]}


def has_ended(pid: str) -> bool:
    """Whether that process runs no more; it may wait for whoever is to take note of it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def started(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run it to its end, which is to be an early one."""
    command = [str(BIN / "wardbell"), "up", "--home", str(home), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE_S, check=False)


@pytest.mark.parametrize("folder", ["/dev/null/ward", "/var/a%b", "/var/" + "é" * 60])
def test_a_folder_that_will_not_do_is_said(folder: str) -> None:
    done = started(Path(folder), "--sim")
    assert (done.returncode, done.stdout, "Traceback" in done.stderr) == (78, "", False)
    assert "--home" in done.stderr


@pytest.mark.usefixtures("centre_database")
def test_all_parts_come_up_and_a_killed_one_comes_again(home: Path) -> None:
    port = free_port()
    command = [str(BIN / "wardbell"), "up", "--broker", "embedded", "--port", str(port), "--home", str(home)]
    with (home / "up.log").open("wb") as log:
        up = subprocess.Popen(command, stdout=log, stderr=log)
    feed = Feed("console-up", "Li Na", ("east",))
    bus = MqttPort(f"mqtt://127.0.0.1:{port}", feed.client_id, feed.subscriptions(), "up", "east", now_ms())
    desk = Desk(feed, bus, now_ms, Language("en"))

    def all_lights_but_the_radio() -> bool:
        desk.tick()
        states = {light.part: light.state for light in lights(feed, now_ms())}
        return all(states[part] == "online" for part in ("broker", "escalator", "callcenter"))

    try:
        wait_until(lambda: is_listening(port), "the broker")
        bus.start()
        wait_until(all_lights_but_the_radio, "the lights")
        wait_until(lambda: len(parts(home)) == 4, "four running parts")
        before = parts(home)
        assert sorted(before) == ["broker", "callcenter", "escalate", "gateway"]
        assert "another `wardbell up` runs" in started(home).stderr
        os.kill(int(before["callcenter"]), signal.SIGKILL)
        wait_until(lambda: parts(home).get("callcenter") not in (None, before["callcenter"]), "the call centre again")
        assert parts(home)["gateway"] == before["gateway"]
        os.kill(int((home / "supervisord.pid").read_text()), signal.SIGKILL)
        wait_until(lambda: parts(home).get("gateway") not in (None, before["gateway"]), "the gateway under another")
        wait_until(lambda: has_ended(before["gateway"]), "the end of the gateway that nobody supervised")
    finally:
        bus.stop()
        up.send_signal(signal.SIGHUP)  # as a terminal does that is closed
        assert up.wait(DEADLINE_S) == 0
    assert not is_listening(port)
