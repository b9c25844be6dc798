"""`wardbell provision`: make a board a station's node or a receiver, over USB."""

import argparse
import getpass
import json
import os
import select
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from wardbell_bus import paths
from wardbell_bus.columns import aligned
from wardbell_gateway.button_tests import BUTTONS
from wardbell_gateway.enrolment import Wanted
from wardbell_gateway.provision.board_kinds import BEDSIDE, KINDS, RECEIVER, ROLES, BoardKind
from wardbell_gateway.provision.board_repl import BoardError, BoardRepl, find_port
from wardbell_gateway.provision.fitting import LOW_CELL_MV, NOT_OK, UNTESTED, Finding, Fitting, Installer
from wardbell_gateway.provision.identity import Identity, identify, whose
from wardbell_gateway.provision.installing import Plan, check_free, install, node_plan, receiver_plan, stamp
from wardbell_gateway.provision.settings import DEFAULT_BUTTONS, FURTHER, new_file
from wardbell_gateway.provision.texts import TEXTS, part_name
from wardbell_gateway.registry import read_registry
from wardbell_protocol.calls.signals import AT_BED, AT_CONSOLE, AT_RECEIVER, CLEAR_PLACES, ORIGIN_ONLY, RESET, UNPLUGGED
from wardbell_protocol.errors import ConfigError

EXIT_FOUND = 1  # the self-test found something
EXIT_USAGE = 2
EXIT_UNAVAILABLE = 69
EXIT_CONFIG = 78

PRESSABLE = (*BUTTONS, UNPLUGGED)

MEANWHILE_EVERY_S = 2.0  # a board's watchdog waits 8 s

_EXAMPLES = f"""\
examples:
  wardbell provision --room 203 --bed 2                        the board that is plugged in becomes this bed's node
  wardbell provision --room 203 --bed wc --button cord=bathroom --button reset=reset
  wardbell provision --room 205 --bed 1 --address 0F1F01F0     a node without a key
  wardbell provision --room 203 --bed 1 --set two_way=true     with a receive module
  wardbell provision --role receiver --name east --set transmitter=true --set 'lcd="i2c"'
  wardbell provision --room 203 --bed 2 --port /dev/ttyACM0 --by Li --unattended --label 203-2.svg
  wardbell provision --room 203 --bed 2 --lang zh_CN
  wardbell provision --room 203 --bed 2 --file node.json       the board is elsewhere: copy the file to it, then delete it

signals: {", ".join(PRESSABLE)}
What is not given is asked. A key is drawn for the node each time, and goes nowhere but to it and into the registry.
exit status: 0 done, 1 the self-test found something, 2 wrong usage, 69 the board cannot be used, 78 the registry cannot.
Only with 0 is anything changed, on the board or in the registry; a run may be repeated as often as needed.
"""


_NODE_OF_SETTINGS = """\
from wardbell_firmware.bedside.node import BedsideNode
class NoFiles:
    def load(self, name):
        return None
BedsideNode({settings!r}, NoFiles(), {is_two_way})
"""


class AtTerminal:
    """The installer answers on the terminal."""

    is_there = True

    def tell(self, text: str) -> None:
        """Say what is going on."""
        print(text, flush=True)

    def confirm(self, question: str, meanwhile: Callable[[], None]) -> bool | None:
        """Take y or n; anything else asks again. The end of the input is nobody's answer."""
        while True:
            print(f"{question} [y/n] ", end="", flush=True)
            while not select.select([sys.stdin], [], [], MEANWHILE_EVERY_S)[0]:
                meanwhile()
            line = sys.stdin.readline()
            if not line:
                return None
            if line.strip().lower() in ("y", "yes", "n", "no"):
                return line.strip().lower().startswith("y")


class Unattended:
    """Nobody looks, listens or presses."""

    is_there = False

    def tell(self, text: str) -> None:
        """Say what is going on."""
        print(text, flush=True)

    def confirm(self, _question: str, _meanwhile: Callable[[], None]) -> bool | None:
        """Nobody answers."""
        return None


def main(
    argv: list[str],
    kinds: tuple[BoardKind, ...] = KINDS,
    installer: Installer | None = None,
) -> int:
    """Provision one board; the exit status is in the help text. `kinds`: boards there are; `installer`: who answers."""
    parser = _parser()
    options = parser.parse_args(argv)
    registry: Path = options.registry or options.home / "registry.json"
    try:
        if options.file is not None:
            return _to_file(options, registry, parser)
        return _to_board(options, registry, parser, kinds, installer or _who(options))
    except BoardError as error:
        print(f"wardbell provision: {error}", file=sys.stderr)
        return EXIT_UNAVAILABLE
    except ConfigError as error:
        print(f"wardbell provision: {error}", file=sys.stderr)
        return EXIT_CONFIG


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="wardbell provision",
        description="Make a board a station's node or a receiver, over USB.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--role", choices=ROLES, default=BEDSIDE, help="what it is to be; default %(default)s")
    add("--port", help="default: the one board that is plugged in")
    boards = [kind.name for kind in KINDS]
    add("--board", default="", choices=boards, help="refuse any other; needed with --file")
    add("--room", help="the station's room")
    add("--bed", help="the station's bed; may be empty")
    add("--id", default="", help="the station's id; default ROOM-BED")
    add("--button", action="append", default=[], metavar="KEY=SIGNAL", help="default: call and reset")
    add("--clear-at", default="", metavar="PLACES", help=f"where its calls may be cleared, of {','.join(CLEAR_PLACES)}")
    add("--address", default="", metavar="TRITS", help="8 of 0, 1, F: a node without a key")
    add("--name", default="receiver", help="of a receiver")
    add("--no-host", action="store_true", help="a receiver that works alone")
    add(
        "--set",
        action="append",
        default=[],
        metavar="NAME=JSON",
        help="further settings, see firmware/README.md; NAME=@FILE where they hold a password",
    )
    paths.add_language(parser, TEXTS)
    add("--by", default="", help="who does it; default: this user")
    add("--unattended", action="store_true", help="nobody looks or presses: such parts stay untested")
    add("--despite", action="store_true", help="go on though the self-test found something")
    add(
        "--replace", action="store_true", help="the board may have been another's, and its place may have another board"
    )
    add("--wait", type=float, default=20.0, metavar="S", help="how long to wait for the board; default %(default)g s")
    add("--label", type=Path, metavar="FILE", help="write the label as SVG too")
    add("--file", type=Path, metavar="FILE", help="write the settings into a new file instead of a board")
    add("--registry", metavar="FILE", type=Path, help="default: registry.json in the state folder")
    paths.add_options(parser)
    return parser


def _who(options: argparse.Namespace) -> Installer:
    return Unattended() if options.unattended or not sys.stdin.isatty() else AtTerminal()


def _plan(options: argparse.Namespace, parser: argparse.ArgumentParser) -> Plan:
    more = _further(options.set, FURTHER[options.role], parser)
    if options.label is not None and not os.access(options.label.parent, os.W_OK):
        parser.error(f"--label {options.label}: name a file in a folder that can be written")
    if options.role == RECEIVER:
        return receiver_plan(options.name, not options.no_host, more)
    room = options.room or _asked("room", options.lang, parser)
    bed = (
        options.bed
        if options.bed is not None or options.room
        else _asked("bed", options.lang, parser, may_be_empty=True)
    )
    clear_at = [place.strip() for place in options.clear_at.split(",") if place.strip()]
    address = options.address.upper()
    signals = _buttons(options.button, parser)
    says = tuple(sorted(set(signals.values())))
    clear_at = _clear_at(clear_at, says, parser)
    wanted = Wanted(room, bed or "", options.id, address, {}, clear_at, says, has_key=not address)
    return node_plan(wanted, signals, more)


def _clear_at(given: list[str], says: tuple[str, ...], parser: argparse.ArgumentParser) -> list[str]:
    """Where its calls may be cleared: without a reset key not at the bed, and some nowhere."""
    if RESET in says:
        return given
    urgent = sorted(set(says).intersection(ORIGIN_ONLY))
    if urgent:
        parser.error(f"{urgent[0]} clears only at the bed: add --button reset=reset")
    if given == [AT_BED]:
        parser.error("--clear-at: it has no reset key, so nobody could clear its calls: add receiver or console")
    return given or [AT_RECEIVER, AT_CONSOLE]


def _asked(name: str, language: str, parser: argparse.ArgumentParser, may_be_empty: bool = False) -> str:
    if not sys.stdin.isatty():
        parser.error(f"give --{name}")
    while True:
        try:
            answer = input(TEXTS[language][f"ask.{name}"] + ": ").strip()
        except EOFError:
            parser.error(f"give --{name}")
        if answer or may_be_empty:
            return answer


def _buttons(pairs: list[str], parser: argparse.ArgumentParser) -> dict[str, str]:
    buttons = {}
    for pair in pairs:
        name, _, signal = pair.partition("=")
        if not name or signal not in PRESSABLE:
            parser.error(f"--button {pair}: write it as call=normal, with a signal of " + ", ".join(PRESSABLE))
        buttons[name] = signal
    return buttons or DEFAULT_BUTTONS


def _further(pairs: list[str], allowed: tuple[str, ...], parser: argparse.ArgumentParser) -> dict[str, Any]:
    further = {}
    for pair in pairs:
        name, _, text = pair.partition("=")
        if name not in allowed:
            parser.error(f"--set {name}: no such setting; use one of " + ", ".join(allowed))
        try:
            further[name] = json.loads(Path(text[1:]).read_text(encoding="utf-8") if text[:1] == "@" else text)
        except OSError as error:
            parser.error(f"--set {pair}: {error.strerror}; name a file with JSON in it")
        except ValueError:
            parser.error(f'--set {pair}: write it as alpha_us=87.5 or name="text"')
    return further


def _is_two_way(plan: Plan) -> bool:
    return bool(plan.draft.get("two_way"))


def _to_file(options: argparse.Namespace, registry: Path, parser: argparse.ArgumentParser) -> int:
    if not options.board:
        parser.error("--file needs --board: " + ", ".join(kind.name for kind in KINDS))
    plan = _plan(options, parser)
    kind = next(kind for kind in KINDS if kind.name == options.board)
    refusal = kind.refusal(options.role, plan.keys or (), _is_two_way(plan))
    if refusal:
        parser.error(refusal)
    with new_file(options.file) as write, plan.enrolling(registry, None) as document:
        if not options.replace:
            check_free(plan, registry)
        write(plan.settings(options.board, document))
    print(TEXTS[options.lang]["filed"].format(owner=plan.owner, file=options.file))
    return 0


def _to_board(
    options: argparse.Namespace,
    registry: Path,
    parser: argparse.ArgumentParser,
    kinds: tuple[BoardKind, ...],
    installer: Installer,
) -> int:
    texts = TEXTS[options.lang]
    plan = _plan(options, parser)  # what is missing is asked before the board is touched
    known = read_registry(registry)
    with BoardRepl.connect(options.port or find_port(), options.wait, installer.tell) as repl:
        found = identify(repl, options.role, version("wardbell"), options.board, kinds)
        installer.tell(f"{repl.path}: {found.kind.name}, Wardbell {found.firmware}")
        refusal = found.kind.refusal(options.role, plan.keys or (), _is_two_way(plan))
        if refusal:
            raise BoardError(f"{repl.path}: {refusal}")
        owner = whose(found.old, known)
        if owner not in ("", plan.owner) and not options.replace:
            raise BoardError(f"{repl.path}: this board is {owner}; plug in another, or give --replace")
        may_displace = options.replace or owner == plan.owner
        if not may_displace:
            check_free(plan, registry)
        findings = _self_test(repl, found, plan, installer, options)
        rows = [(part_name(each.part, texts), texts[each.verdict], each.note) for each in findings]
        print("\n".join(aligned(rows)))
        if any(each.verdict == NOT_OK for each in findings) and not options.despite:
            print(texts["refused"], file=sys.stderr)
            return EXIT_FOUND
        done = stamp(found.kind.name, found.firmware, options.by or getpass.getuser())
        label = install(repl, found.old, plan, registry, done, may_displace=may_displace)
    print(label.text())
    if options.label is not None:
        options.label.write_text(label.svg(), encoding="utf-8")
    untested = ", ".join(part_name(each.part, texts) for each in findings if each.verdict == UNTESTED)
    print(texts["done_untested" if untested else "done"].format(owner=plan.owner, parts=untested))
    return 0


def _self_test(
    repl: BoardRepl, found: Identity, plan: Plan, installer: Installer, options: argparse.Namespace
) -> list[Finding]:
    """What is found of the board's parts, run from an empty heap; its settings are not touched."""
    role = options.role
    if found.kind.restarts:
        repl.soft_reset()
    module, _, name = found.kind.classes[role].rpartition(".")
    draft = {"role": role, "board": found.kind.name, **plan.draft}
    repl.run(
        f"from wardbell_firmware.self_test import of_{role}\nfrom {module} import {name}\nt = of_{role}({name}({draft!r}))"
    )
    if role == BEDSIDE:  # what its node would refuse only once it runs
        repl.run(_NODE_OF_SETTINGS.format(settings=dict(plan.draft), is_two_way=_is_two_way(plan)))
    cells = plan.draft.get("cells", found.kind.cells)
    has_cells = "cells" in plan.draft if found.kind.sees_cells else None
    return Fitting(repl, installer, plan.keys, cells * LOW_CELL_MV, TEXTS[options.lang], has_cells).run()
