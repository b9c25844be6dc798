"""The scripted night, as `make demo-story` runs it: on the embedded broker, which dies with the host, and on others."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from subprocess import PIPE

import pytest
from servers import DEADLINE_S, BrokerProcess, free_port, wait_until

from wardbell_protocol.errors import ConfigError
from wardbell_simulator.micropython import find_micropython

WARDBELL = str(Path(sys.executable).with_name("wardbell"))
NIGHT_S = 500  # quiet, it takes one of 45; it only ends what hangs
LANDMARKS = (
    "203-2: somebody presses the call key",
    "display: 203-2, Calling!!!",
    "acknowledged, confirmed by the gateway",
    "cleared at the bed",
    "ring all in the ward: chen and zhao are asked",
    "both press accept at the same moment",
    "accepted once",
    "on site, and busy",
    "step: forward is taken",
    "the next ward's console shows it",
    "step: all stations is taken",
    "step: a contact is opened",
    "refuses; longest idle: wang is asked at once",
    "wang does not answer; everybody is asked now, whatever they do: liu too",
    "liu leaves her meal: accepted",
    "the host crashes; killed:",
    "the host is back",
    "201-1 is marked: `?`, a remote without a key",
    "203-wc, a node with a key, has none",
    "have what they had, wang and ",
    "and its contact with it",
    "resolves: brought a drink, 200 ml",
    "nothing lost, nothing doubled",
    "the night went well",
)

pytestmark = pytest.mark.timeout(NIGHT_S + 60)


@pytest.fixture(autouse=True)
def micropython() -> None:
    """The night runs the firmware in MicroPython."""
    try:
        find_micropython()
    except ConfigError as error:
        pytest.skip(str(error))


def night(*options: str) -> subprocess.CompletedProcess[str]:
    """Live through it."""
    with subprocess.Popen([WARDBELL, "demo-story", *options], stdout=PIPE, stderr=PIPE, text=True) as story:
        try:
            told, complaints = story.communicate(timeout=NIGHT_S)
        except BaseException:
            story.terminate()  # killed, it could not end its parts, whose gateway would take the next test's pty
            raise
    return subprocess.CompletedProcess(story.args, story.returncode, told, complaints)


def assert_went_well(told: subprocess.CompletedProcess[str]) -> None:
    """Every landmark, in order."""
    assert told.returncode == 0, told.stdout + told.stderr
    at = 0
    for landmark in LANDMARKS:
        assert landmark in told.stdout[at:], (landmark, told.stdout)
        at = told.stdout.index(landmark, at)


def test_a_night_with_everything_on_one_host_that_crashes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = tmp_path / "a_real_house.db"
    monkeypatch.setenv("WARDBELL_DB", f"sqlite:///{real}")
    assert_went_well(night())
    assert not real.exists()  # a night that is made up leaves the database of a real house alone


# The embedded broker is the other one; here it stays up when the host crashes.
@pytest.mark.parametrize("broker", ["mosquitto"], indirect=True)
def test_a_night_on_a_broker_of_its_own(broker: BrokerProcess) -> None:
    assert_went_well(night("--broker", broker.url, "--seed", "1"))


def test_a_night_without_a_broker_does_not_go_well() -> None:
    told = night("--broker", f"mqtt://127.0.0.1:{free_port()}")
    assert told.returncode == 1
    assert "waited 20 s in vain for: chen is on the bus" in told.stderr


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_nothing_of_it_outlives_a_closed_terminal(number: signal.Signals) -> None:
    with subprocess.Popen([WARDBELL, "demo-story"], stdout=PIPE, stderr=PIPE) as story:
        assert story.stdout is not None
        story.stdout.readline()
        parts = [int(pid) for pid in Path(f"/proc/{story.pid}/task/{story.pid}/children").read_text().split()]
        assert len(parts) >= 4
        story.send_signal(number)
        assert story.wait(DEADLINE_S) == 128 + number
    wait_until(lambda: not any(_is_alive(pid) for pid in parts), "the end of every part")


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
