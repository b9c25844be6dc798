"""The command lines of the call centre and the escalator: bad usage and bad settings."""

from collections.abc import Callable
from pathlib import Path

import pytest
from databases import Database, Postgres

from wardbell_callcenter.callcenter_command import main as callcenter
from wardbell_console.escalate_command import main as escalate

Main = Callable[[list[str]], int]


@pytest.mark.parametrize("command", [callcenter, escalate])
def test_help_has_examples(command: Main, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        command(["--help"])
    assert left.value.code == 0
    assert "examples:\n  wardbell " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        (callcenter, ["--dance"]),
        (escalate, []),
        (escalate, ["--ward", "East Ward"]),
        (escalate, ["--ward", "east", "--name", "a/b"]),
    ],
)
def test_bad_usage(command: Main, arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    try:
        status = command(arguments)
    except SystemExit as left:
        status = int(left.code or 0)
    assert status == 2
    assert capsys.readouterr().err


@pytest.mark.parametrize(
    ("command", "arguments", "told"),
    [
        (callcenter, ["--broker", "http://here"], "--broker"),
        (callcenter, ["--db", "sqlite:///{folder}"], "--db: cannot be opened"),
        (callcenter, ["--db", "nonsense"], "--db: cannot be opened"),
        (callcenter, ["--db", "mysql://wei:secret@x"], "mysql is neither sqlite nor postgresql"),
        (escalate, ["--ward", "east", "--broker", "mqtt://here:99999"], "--broker: port"),
    ],
)
def test_a_bad_setting_is_named_with_its_remedy(
    command: Main, arguments: list[str], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    filled = [argument.format(folder=tmp_path) for argument in arguments]
    assert command([*filled, "--home", str(tmp_path)]) == 78
    errors = capsys.readouterr().err
    assert told in errors
    assert "give a" in errors
    assert "secret" not in errors


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("{url}", "nobody at home"),
        ("postgresql://wei:secret@/x?host={folder}", "wei:***@/x?host="),
        ("postgresql://locked:secret@/postgres?host={server}", "password authentication failed"),
    ],
    ids=["wrong user", "no server", "wrong password"],
)
def test_a_server_that_does_not_let_us_in_is_tried_again_by_whoever_supervises(
    url: str,
    told: str,
    database: Database,
    postgres: Postgres,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given = url.format(url=database.url, folder=tmp_path, server=postgres.folder)
    given = given.replace("wardbell@/test", "nobody%20at%20home@/test")
    monkeypatch.setenv("WARDBELL_DB", given)
    assert callcenter(["--home", str(tmp_path)]) == 75
    errors = capsys.readouterr().err
    assert told in errors
    assert "--db: no way in now" in errors
    assert "secret" not in errors
