"""Every command that `pyproject.toml` registers is there, and the dispatcher loads none of them before it is called."""

import inspect
import json
import subprocess
import sys
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import pytest

GROUP = "wardbell.commands"
SERVICES = {"broker", "callcenter", "escalate", "gateway", "up"}  # they log
TOOLS = {"decode", "demo-story", "iq", "replay"}  # for developers, README.md
LOADED_BY_DISPATCHER = """
import json, sys
import wardbell_console.commands
print(json.dumps(sorted(sys.modules)))
"""


def test_the_installed_commands_are_the_registered_ones(project: dict[str, Any]) -> None:
    registered = project["project"]["entry-points"][GROUP]
    assert {point.name: point.value for point in entry_points(group=GROUP)} == registered, "run `make setup`"


@pytest.mark.parametrize("name", sorted(point.name for point in entry_points(group=GROUP)))
def test_a_command_is_there(name: str) -> None:
    (point,) = entry_points(group=GROUP, name=name)
    assert callable(point.load())


@pytest.mark.parametrize("point", entry_points(group=GROUP), ids=lambda point: point.name)
def test_what_carers_and_installers_read_is_in_their_language(point: EntryPoint) -> None:
    speaks = "add_language(" in inspect.getsource(sys.modules[point.load().__module__])
    assert speaks == (point.name not in SERVICES | TOOLS)


def test_the_dispatcher_loads_no_command(project: dict[str, Any]) -> None:
    run = subprocess.run(
        [sys.executable, "-c", LOADED_BY_DISPATCHER], capture_output=True, text=True, timeout=60, check=True
    )
    loaded = set(json.loads(run.stdout))
    modules = {value.partition(":")[0] for value in project["project"]["entry-points"][GROUP].values()}
    assert loaded & (modules | {"textual", "serial", "paho", "sqlalchemy", "msgspec", "numpy"}) == set()
