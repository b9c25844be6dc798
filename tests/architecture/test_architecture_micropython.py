"""Every pure module that a board runs is imported by real MicroPython."""

import os
import subprocess
from pathlib import Path

import pytest

IMPORT_ROOTS = ("protocol", "firmware")
TOUCHES_PINS = ("wardbell_firmware.boards", "wardbell_firmware.bus.session")  # the last one a network


def module_name(root: Path, file: Path) -> str:
    """Return the dotted name under which the board imports a file."""
    parts = file.relative_to(root).with_suffix("").parts[1:]
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def test_micropython_imports_each_module(root: Path, board_files: list[Path]) -> None:
    micropython = root / ".venv-micropython" / "bin" / "micropython"
    if not micropython.exists():
        pytest.skip("no MicroPython here; `make setup` brings it")
    names = [module_name(root, file) for file in board_files if file.relative_to(root).parts[0] in IMPORT_ROOTS]
    pure = [name for name in names if not name.startswith(TOUCHES_PINS)]
    script = "".join(f"import {name}\nprint({name!r})\n" for name in pure)
    search = os.pathsep.join([".frozen", *(str(root / folder) for folder in IMPORT_ROOTS)])
    # -X heapsize is generous: the budget of a real board is another test's business.
    run = subprocess.run(
        [micropython, "-X", "heapsize=8m", "-c", script],
        env={**os.environ, "MICROPYPATH": search},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (run.returncode, run.stdout.splitlines()) == (0, pure), run.stdout + run.stderr
