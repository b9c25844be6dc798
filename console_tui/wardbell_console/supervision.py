"""What supervisord is told about the host parts. Pure."""

import shlex
from dataclasses import dataclass, replace
from pathlib import Path

SIM_TTY = "receiver.tty"
EXIT_CONFIG = 78


@dataclass(frozen=True)
class Plan:
    """What is to run.

    `program` is the `wardbell` executable; `embedded_port` the port of a broker of our own, or None; `serial` the
    receivers' ports; `without` the parts that run elsewhere; `leash` begins the command of a part so that it ends with
    its supervisor; `api` the address of the call centre's API, or nothing.
    """

    program: str
    home: Path
    broker_url: str
    embedded_port: int | None
    serial: tuple[str, ...]
    without: frozenset[str]
    with_sim: bool
    leash: tuple[str, ...] = ()
    api: str = ""


@dataclass(frozen=True)
class Part:
    """One supervised process. `waits`: another part writes the file that it needs, so that its 78 is not for good."""

    name: str
    command: tuple[str, ...]
    waits: bool = False


def parts(plan: Plan) -> list[Part]:
    """All parts of the plan in the order of their start; they stop in the reverse order."""
    where = ("--broker", plan.broker_url, "--home", str(plan.home))
    tty = str(plan.home / SIM_TTY)
    serial = (*plan.serial, tty) if plan.with_sim else plan.serial
    ears = tuple(word for port in serial for word in ("--serial", port))
    found = []
    if plan.embedded_port is not None:
        found.append(Part("broker", ("broker", "--port", str(plan.embedded_port))))
    if plan.with_sim:
        registry = str(plan.home / "registry.json")
        found.append(Part("sim", ("sim", "--headless", "--serial", tty, "--registry", registry)))
    found.append(Part("gateway", ("gateway", *where, *ears), waits=plan.with_sim))
    found.append(Part("callcenter", ("callcenter", *where, *(("--api", plan.api) if plan.api else ()))))
    found.append(Part("escalate", ("escalate", *where, "--ward", "+")))
    return [
        replace(part, command=(*plan.leash, plan.program, *part.command))
        for part in found
        if part.name not in plan.without
    ]


def configuration(plan: Plan) -> str:
    """The text of supervisord.conf. A part that ends with 78 waits for somebody to mend its file; others start again."""
    home = _literal(str(plan.home))
    head = f"""\
; Written by `wardbell up` at each start: change its options, not this file.
[supervisord]
logfile = {home}/supervisord.log
pidfile = {home}/supervisord.pid
childlogdir = {home}

[unix_http_server]
file = {home}/supervisor.sock
chmod = 0700

[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface

[supervisorctl]
serverurl = unix://{home}/supervisor.sock
"""
    return "\n".join([head, *(_program(part, home, order) for order, part in enumerate(parts(plan), 1))])


def _program(part: Part, home: str, order: int) -> str:
    return f"""\
[program:{part.name}]
command = {_literal(shlex.join(part.command))}
priority = {order}
autorestart = {"true" if part.waits else "unexpected"}
exitcodes = {EXIT_CONFIG}
startretries = 1000000
stopasgroup = true
killasgroup = true
redirect_stderr = true
stdout_logfile = {home}/{part.name}.log
stdout_logfile_maxbytes = 5MB
stdout_logfile_backups = 3
"""


def _literal(text: str) -> str:
    """A value as it is: supervisord expands %."""
    return text.replace("%", "%%")
