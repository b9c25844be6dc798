"""`wardbell console` on a real terminal: how it leaves."""

import os
import pty
import signal
import sys
import threading
from pathlib import Path

from servers import free_port, wait_until

CODE = "import sys; from wardbell_console.console_command import main; sys.exit(main(sys.argv[1:]))"
TO_THE_OTHER_SCREEN = b"\x1b[?1049h"
BACK = b"\x1b[?1049l"


def test_a_console_that_is_told_to_end_gives_the_terminal_back() -> None:
    arguments = ["--name", "t", "--broker", f"mqtt://127.0.0.1:{free_port()}", "--home", "/dev/null/read-only"]
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve(sys.executable, [sys.executable, "-c", CODE, *arguments], {**os.environ, "TERM": "xterm"})
    shown = bytearray()
    reader = threading.Thread(target=_read, args=(terminal, shown), daemon=True)
    reader.start()
    try:
        wait_until(lambda: TO_THE_OTHER_SCREEN in shown and b"Wardbell" in shown, "the screen")
        os.kill(pid, signal.SIGTERM)
        wait_until(lambda: BACK in shown, "the terminal as it was")
        assert os.waitpid(pid, 0)[1] == 0
        pid = 0
    finally:
        if pid:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        reader.join(5)
        os.close(terminal)
    assert not Path("/dev/null/read-only").exists()


def _read(terminal: int, shown: bytearray) -> None:
    try:
        while data := os.read(terminal, 65536):
            shown.extend(data)
    except OSError:  # the other end is closed
        return
