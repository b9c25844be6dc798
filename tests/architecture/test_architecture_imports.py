"""The run-time twin of the import contracts: headless modules are imported, and what came along is looked at.

A contract reads `import` lines; it cannot see what a library pulls in, nor a module that an allowed one drags along.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

HEAVY = frozenset({"textual", "rich", "serial", "paho", "sqlalchemy", "tinydb", "numpy", "msgspec", "iotcore"})

# What no module of a package may load, whatever it is for. Only the simulator may load everything.
NEVER_LOADED_BY = {
    "protocol/wardbell_protocol": HEAVY,
    "protocol/wardbell_bus": {"textual", "serial", "sqlalchemy", "tinydb", "numpy"},
    "firmware/wardbell_firmware": HEAVY,
    "gateway/wardbell_gateway": {"textual", "sqlalchemy"},
    "console_tui/wardbell_console": {"textual", "rich", "serial", "sqlalchemy", "tinydb"},
    "callcenter/wardbell_callcenter": {"textual", "serial", "tinydb"},
}
# Large libraries that a package may load: loaded once for all its modules, which takes seconds instead of minutes.
LOADED_BEFORE = {
    "callcenter/wardbell_callcenter": [
        *("sqlalchemy.dialects.postgresql", "sqlalchemy.dialects.sqlite", "alembic.command", "psycopg"),
        *("httpx", "litestar", "uvicorn", "openpyxl", "icalendar", "msgspec", "paho.mqtt.client"),
    ],
    "console_tui/wardbell_console": ["msgspec", "paho.mqtt.client"],
    "gateway/wardbell_gateway": ["msgspec", "numpy", "paho.mqtt.client", "serial", "tinydb"],
    "protocol/wardbell_bus": ["msgspec", "paho.mqtt.client"],
}
MAY_LOAD = {
    f"wardbell_protocol.bus.{name}": {"msgspec"}
    for name in ("centre_payloads", "channels", "figure_payloads", "payloads")
}
WIRING = frozenset({"textual", "rich", "serial", "paho", "sqlalchemy", "tinydb", "iotcore"})
RUN = ("__main__", "migrations.env")
TOUCHES_PINS = ("wardbell_firmware.boards", "wardbell_firmware.bus.session")  # the last one a network

# Forks once for each module, so that each is imported into an interpreter that has loaded nothing yet, but what is named.
IMPORT_EACH = """
import importlib, json, os, sys
names, heavy, before = json.load(sys.stdin)
for name in before:
    importlib.import_module(name)
for name in names:
    child = os.fork()
    if child == 0:
        importlib.import_module(name)
        print(json.dumps([name, sorted(set(heavy) & set(sys.modules))]), flush=True)
        os._exit(0)
    if os.waitpid(child, 0)[1]:
        sys.exit(f"{name} cannot be imported by itself")
"""


def loaded_by(names: list[str], before: list[str] | None = None) -> dict[str, set[str]]:
    """Return which heavy libraries the import of each module brings along, `before` having been imported already."""
    run = subprocess.run(
        [sys.executable, "-c", IMPORT_EACH],
        input=json.dumps([names, sorted(HEAVY), before or []]),
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    return {name: set(libraries) for name, libraries in lines}


def modules_of(root: Path, package: str) -> list[str]:
    """Return the dotted names of a package's modules that CPython can load: all but those that touch a chip.

    Nor those that are run: a `__main__`, and the `migrations.env` that Alembic runs.
    """
    parent = (root / package).parent
    dotted = (
        file.relative_to(parent).with_suffix("").as_posix().replace("/", ".") for file in (root / package).rglob("*.py")
    )
    names = (name.removesuffix(".__init__") for name in dotted)
    return sorted(name for name in names if not name.startswith(TOUCHES_PINS) and not name.endswith(RUN))


def contract(project: dict[str, Any], name: str) -> dict[str, Any]:
    """Return one import contract of pyproject.toml by its name."""
    contracts: list[dict[str, Any]] = project["tool"]["importlinter"]["contracts"]
    return next(contract for contract in contracts if contract["name"] == name)


def is_drawing(name: str, project: dict[str, Any]) -> bool:
    """Tell whether a module is one of those that the contract lets draw."""
    edges = contract(project, "only screens draw").get("ignore_imports", [])
    homes = (edge.partition(" -> ")[0].removesuffix(".**") for edge in edges)
    return any(name == home or name.startswith(home + ".") for home in homes)


def allowed(name: str, project: dict[str, Any]) -> set[str]:
    """Return what one module may load although its package may not."""
    return MAY_LOAD.get(name, set()) | ({"textual", "rich"} if is_drawing(name, project) else set())


@pytest.mark.parametrize("package", sorted(NEVER_LOADED_BY))
def test_a_package_loads_no_more_than_it_may(root: Path, project: dict[str, Any], package: str) -> None:
    names = modules_of(root, package)
    loaded = loaded_by(names, LOADED_BEFORE.get(package))
    assert sorted(loaded) == names
    found = {name: (loaded[name] & NEVER_LOADED_BY[package]) - allowed(name, project) for name in names}
    assert {name: libraries for name, libraries in found.items() if libraries} == {}


def test_rules_load_no_wiring(project: dict[str, Any]) -> None:
    rules = contract(project, "rules do not know their wiring")["source_modules"]
    loaded = loaded_by(rules, ["msgspec"])
    assert sorted(loaded) == sorted(rules)
    assert {name: libraries & WIRING for name, libraries in loaded.items() if libraries & WIRING} == {}


def test_a_heavy_library_is_noticed() -> None:
    assert loaded_by(["serial", "json"]) == {"serial": {"serial"}, "json": set()}
