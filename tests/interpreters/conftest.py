"""One script on two interpreters."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MICROPYTHON = ROOT / ".venv-micropython" / "bin" / "micropython"
MICROPYTHON_32BIT = ROOT / "build" / "micropython-32bit" / "micropython"

RunBoth = Callable[..., str]


def _output(interpreter: Path, script: Path, args: tuple[str, ...]) -> str:
    command = [str(interpreter), str(script), str(ROOT / "protocol"), *args]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=ROOT, check=False)
    assert done.returncode == 0, f"{interpreter.name} {script.name}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
    return done.stdout


@pytest.fixture
def run_both() -> RunBoth:
    """Run a script of this folder under CPython and MicroPython; assert equal output and give it.

    The script finds the protocol's import root as its first argument, further ones after it:
    `sys.path.insert(0, sys.argv[1])`.
    """
    if not MICROPYTHON.exists():
        pytest.skip("no MicroPython in .venv-micropython: run `make setup`")

    def run(script: str, *args: str) -> str:
        path = Path(__file__).with_name(script)
        expected = _output(Path(sys.executable), path, args)
        found = _output(MICROPYTHON, path, args)
        assert found == expected
        return expected

    return run


@pytest.fixture
def run_32bit() -> Callable[..., str | None]:
    """Run a script under the MicroPython whose whole numbers are as large as a board's; None where there is none."""

    def run(script: str, *args: str) -> str | None:
        if not MICROPYTHON_32BIT.exists():
            return None
        return _output(MICROPYTHON_32BIT, Path(__file__).with_name(script), args)

    return run
