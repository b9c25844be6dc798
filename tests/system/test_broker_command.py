"""`wardbell broker` as a process."""

import signal
import subprocess
import sys

import pytest
from servers import DEADLINE_S, free_port, is_listening, wait_until

CODE = "import sys; from wardbell_simulator.broker import main; sys.exit(main(sys.argv[1:]))"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_when_it_is_told_to(number: signal.Signals) -> None:
    port = free_port()
    with subprocess.Popen([sys.executable, "-c", CODE, "--port", str(port)], stderr=subprocess.PIPE) as process:
        try:
            wait_until(lambda: is_listening(port), "the broker")
            process.send_signal(number)
            assert b"Traceback" not in process.communicate(timeout=DEADLINE_S)[1]
            assert not is_listening(port)
        finally:
            process.kill()


def test_a_port_that_is_taken_is_said() -> None:
    port = free_port()
    first = subprocess.Popen([sys.executable, "-c", CODE, "--port", str(port)])
    try:
        wait_until(lambda: is_listening(port), "the broker")
        second = subprocess.run(
            [sys.executable, "-c", CODE, "--port", str(port)],
            capture_output=True,
            text=True,
            timeout=DEADLINE_S,
            check=False,
        )
        assert (second.returncode, "Traceback" in second.stderr) == (2, False)
        assert f"port {port}" in second.stderr
    finally:
        first.kill()
        first.wait()
