"""The `wardbell` command line: what it lists, what it imports, and how it says no."""

import subprocess
import sys
from importlib.metadata import EntryPoint

import pytest

from wardbell_console.commands import GROUP, main, overview, purpose, unknown

USED = """
import sys
from wardbell_console.commands import main
try:
    status = main(sys.argv[1:])
except SystemExit as end:
    status = end.code
print(status, *sorted(name for name in sys.modules if name.startswith("wardbell_") or name in ("textual", "paho")))
"""


def run(*arguments: str) -> tuple[str, list[str]]:
    """Exit status, and what was imported, of the command line in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", USED, *arguments], capture_output=True, text=True, timeout=60, check=True
    )  # fmt: skip
    status, *modules = done.stdout.splitlines()[-1].split()
    return status, modules


def test_help_lists_every_command_with_its_purpose(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    text = capsys.readouterr().out
    for name in ("console", "gateway", "callcenter", "escalate", "decode", "sim", "up"):
        (line,) = (line for line in text.splitlines() if line.startswith(f"  {name} "))
        assert len(line.split()) > 3
    assert "examples:" in text


def test_help_imports_no_command() -> None:
    status, modules = run("--help")
    assert status == "0"
    assert [name for name in modules if "command" in name.partition(".")[2]] == ["wardbell_console.commands"]
    assert not {"textual", "paho"} & set(modules)


def test_only_the_command_that_is_called_is_imported() -> None:
    status, modules = run("decode", "--help")
    assert status == "0"
    assert "wardbell_simulator.decode_command" in modules
    assert not any(name.startswith(("wardbell_gateway.", "wardbell_callcenter.")) for name in modules)


def test_nothing_to_do_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "commands:" in capsys.readouterr().out


def test_an_unknown_command_gets_the_nearest_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gatway"]) == 2
    assert capsys.readouterr().err == "wardbell: no command 'gatway'; did you mean gateway?\n"
    assert unknown("zzz", ["console"]) == "wardbell: no command 'zzz'; wardbell --help lists them"


def test_a_file_that_cannot_be_used_is_78_and_one_line(capsys: pytest.CaptureFixture[str], tmp_path: object) -> None:
    assert main(["up", "--home", str(tmp_path), "--broker", "mqtt://127.0.0.1:1"]) == 78
    error = capsys.readouterr().err
    assert error.startswith("wardbell up: ")
    assert "registry.json" in error
    assert "wardbell enrol" in error
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    "arguments", [["console", "--ward", "EAST"], ["console", "--lang", "fr"], ["up", "--nonsense"]]
)
def test_wrong_usage_is_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 2
    assert capsys.readouterr().err


def test_a_command_of_another_package_is_listed_too() -> None:
    entry = EntryPoint("calendar", "calendar:main", GROUP)
    assert f"  calendar  {purpose('calendar')}" in overview({"calendar": entry})
    assert purpose("calendar") == "Calendar printing functions"
    assert purpose("no_such_module_anywhere") == ""
