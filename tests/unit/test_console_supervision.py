"""What supervisord is told: the parts, their order, and a text that supervisord itself reads as it was meant."""

import shlex
from pathlib import Path

import pytest
from supervisor.datatypes import RestartUnconditionally  # type: ignore[import-untyped]
from supervisor.options import ServerOptions  # type: ignore[import-untyped]

from wardbell_console.supervision import Plan, configuration, parts


def plan(home: Path, **fields: object) -> Plan:
    values: dict[str, object] = {
        "program": "/opt/ward bell/bin/wardbell",
        "home": home,
        "broker_url": "mqtt://nurse:p%40ss@10.0.0.5",
        "embedded_port": None,
        "serial": ("/dev/ttyACM0",),
        "without": frozenset(),
        "with_sim": False,
    }
    return Plan(**(values | fields))  # type: ignore[arg-type]


def names(of: Plan) -> list[str]:
    return [part.name for part in parts(of)]


def test_the_call_centre_is_told_where_to_serve_its_api(tmp_path: Path) -> None:
    told = {part.name: part.command for part in parts(plan(tmp_path, api="127.0.0.1:8750"))}
    assert told["callcenter"][-2:] == ("--api", "127.0.0.1:8750")
    assert "--api" not in {word for part in parts(plan(tmp_path)) for word in part.command}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, ["gateway", "callcenter", "escalate"]),
        ({"embedded_port": 1883, "with_sim": True}, ["broker", "sim", "gateway", "callcenter", "escalate"]),
        ({"without": frozenset({"callcenter"})}, ["gateway", "escalate"]),
    ],
)
def test_the_parts_that_are_wanted_in_the_order_of_their_start(
    fields: dict[str, object], expected: list[str], tmp_path: Path
) -> None:
    assert names(plan(tmp_path, **fields)) == expected


def test_the_gateway_hears_the_virtual_receiver_too(tmp_path: Path) -> None:
    gateway = next(part for part in parts(plan(tmp_path, with_sim=True)) if part.name == "gateway")
    assert gateway.command[-4:] == ("--serial", "/dev/ttyACM0", "--serial", str(tmp_path / "receiver.tty"))


def test_supervisord_reads_every_command_as_it_was_meant(tmp_path: Path) -> None:
    wanted = plan(tmp_path, embedded_port=1883, with_sim=True)
    file = tmp_path / "supervisord.conf"
    file.write_text(configuration(wanted))
    options = ServerOptions()
    options.realize(["--configuration", str(file)])
    read = {program.name: program for group in options.process_group_configs for program in group.process_configs}
    assert {name: tuple(shlex.split(program.command)) for name, program in read.items()} == {
        part.name: part.command for part in parts(wanted)
    }
    assert [program.name for program in sorted(read.values(), key=lambda program: program.priority)] == names(wanted)
    assert all(program.exitcodes == [78] and program.stopasgroup for program in read.values())


@pytest.mark.parametrize("with_sim", [False, True])
def test_only_a_gateway_whose_registry_is_being_written_is_started_again_after_78(
    tmp_path: Path, with_sim: bool
) -> None:
    """Else a virtual ward that is slower than its gateway has none for ever."""
    file = tmp_path / "supervisord.conf"
    file.write_text(configuration(plan(tmp_path, with_sim=with_sim)))
    options = ServerOptions()
    options.realize(["--configuration", str(file)])
    read = [program for group in options.process_group_configs for program in group.process_configs]
    always = {program.name for program in read if program.autorestart is RestartUnconditionally}
    assert always == ({"gateway"} if with_sim else set())
