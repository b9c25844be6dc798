"""Every module that a board runs, but its board files, is called by a script that both interpreters run and agree on."""

import ast
import json
import subprocess
import sys
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
TESTS, FIRMWARE, SIMULATOR = (str(ROOT / name) for name in ("tests", "firmware", "simulator"))
VECTORS = ROOT / "protocol" / "vectors"

# Each script with its arguments behind the protocol's folder, as its test gives them.
SCRIPTS: dict[str, list[Path | str]] = {
    "air_ear.py": [],
    "air_vectors.py": [VECTORS / "air.json"],
    "bus_rules.py": [FIRMWARE],
    "calls_vectors.py": [TESTS],
    "firmware_apps.py": [TESTS, FIRMWARE, SIMULATOR],
    "firmware_bedside.py": [TESTS, FIRMWARE],
    "firmware_c3_train.py": [FIRMWARE],
    "firmware_desk.py": [TESTS, FIRMWARE],
    "firmware_startup.py": [FIRMWARE],
    "frame_vectors.py": [VECTORS / "frame.json"],
    "link_vectors.py": [TESTS],
}
# The last two are told by their tests what to hear, and at which uptime to do what others have them do.
NO_TESTS = {"called_modules.py", "conftest.py", "air_noise.py", "firmware_uptime.py"}

# What no such script calls, by name or folder, and who does.
ELSEWHERE = {
    "wardbell_firmware/bus/": "tests/system/wifi_side.py is MicroPython that runs it against a real broker",
    "wardbell_firmware/run.py": "never returns; the processes of the virtual ward and the emulated chip run it",
    "wardbell_firmware/self_test.py": "driven over USB; tests/system/test_provision_board.py has MicroPython run it",
}


def has_functions(file: Path) -> bool:
    return any(isinstance(node, ast.FunctionDef) for node in ast.walk(ast.parse(file.read_text())))


def rules(project: dict[str, Any]) -> dict[Path, str]:
    """Every file with a function that a board runs and that touches no pin, with its name below its import root."""
    board = project["tool"]["wardbell"]["board"]
    host_only = {ROOT / name for name in board["host_only"]}
    found = {}
    for root, package in (("protocol", "wardbell_protocol"), ("firmware", "wardbell_firmware")):
        for file in sorted((ROOT / root / package).rglob("*.py")):
            name = file.relative_to(ROOT / root).as_posix()
            if file not in host_only and not name.startswith("wardbell_firmware/boards/") and has_functions(file):
                found[file] = name
    return found


def called_by(script: str) -> set[Path]:
    command = [sys.executable, HERE / "called_modules.py", HERE / script, ROOT / "protocol", *SCRIPTS[script]]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=ROOT, check=True)
    return {Path(name) for name in json.loads(run.stdout.splitlines()[-1])}


def test_every_rule_is_called_by_a_script_of_both_interpreters() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert {file.name for file in HERE.glob("*.py") if not file.name.startswith("test_")} == set(SCRIPTS) | NO_TESTS
    with ThreadPoolExecutor(2) as pool:
        called = {file for files in pool.map(called_by, SCRIPTS) for file in files}
    missed = {name for file, name in rules(project).items() if file not in called}
    unexplained = {name for name in missed if not name.startswith(tuple(ELSEWHERE))}
    assert unexplained == set(), "write a script for them, or say in ELSEWHERE who calls them"
    assert {place for place in ELSEWHERE if not any(name.startswith(place) for name in missed)} == set()
