"""`wardbell console`: open calls of a ward on this terminal, and the operators' view of the call centre."""

import argparse
import contextlib
import logging
import os
import re
import signal
import socket
import time
from pathlib import Path

from wardbell_bus.paths import add_language, add_options
from wardbell_console.desk import Desk
from wardbell_console.feed import Feed
from wardbell_console.language import CATALOGUES, Language
from wardbell_console.mqtt_port import MqttPort
from wardbell_protocol.bus import topics
from wardbell_protocol.errors import EncodeError

_EXAMPLES = """\
examples:
  wardbell console                              every ward on the local broker
  wardbell console --ward east --by "Li Na"     one ward's desk; other wards' calls come when they are forwarded
  wardbell console --operator nurse-1           a seat of the call centre, signed in as nurse-1
  wardbell console --lang zh_CN --broker mqtt://10.0.0.5

Keys are on the screen; ? explains them. ctrl+q quits.
"""


def now_ms() -> int:
    """UNIX time."""
    return time.time_ns() // 1_000_000


def main(argv: list[str]) -> int:
    """Run until the person quits: 0."""
    args = _parser().parse_args(argv)
    _log_to(args.home / f"console-{args.name}.log")
    own_wards = tuple(args.ward) if args.ward else (() if args.operator else None)
    feed = Feed(f"console-{args.name}", args.by or args.operator or args.name, own_wards, args.operator or "")
    scope = args.ward[0] if args.ward else topics.CALL_CENTRE_SCOPE
    port = MqttPort(args.broker, feed.client_id, feed.subscriptions(), args.name, scope, now_ms())
    desk = Desk(feed, port, now_ms, Language(args.lang))

    from wardbell_console.app import ConsoleApp

    app = ConsoleApp(desk, starts_at_operator=bool(args.operator))
    signal.signal(signal.SIGTERM, lambda *_: app.exit())  # else the terminal stays as the screen left it
    port.start()
    try:
        app.run()
        feed.seat.sign_out(now_ms())
        desk.send()
    finally:
        port.stop()
    return 0


def default_name() -> str:
    """Host and terminal, so that two consoles of one host do not throw each other off the broker."""
    terminal = os.ttyname(0) if os.isatty(0) else ""
    text = f"{socket.gethostname().partition('.')[0]}-{terminal.removeprefix('/dev/')}".lower()
    return re.sub("[^a-z0-9_-]+", "", text).strip("-")[:32] or "desk"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="wardbell console",
        description="Open calls on this terminal: acknowledge, clear, escalate, history; the call centre's operator view.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--ward", action="append", type=_name, help="a ward whose calls are always shown; may be repeated"
    )
    parser.add_argument("--name", type=_name, default=default_name(), help="this console's name; default %(default)s")
    parser.add_argument("--by", metavar="PERSON", type=_person, help="who acknowledges; default the name")
    parser.add_argument("--operator", metavar="NAME", type=_name, help="sign in at the call centre as NAME")
    add_language(parser, CATALOGUES)
    add_options(parser)
    return parser


def _name(text: str) -> str:
    try:
        return topics.check_name(text)
    except EncodeError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _person(text: str) -> str:
    if not 1 <= len(text) <= 64 or not text.isprintable():
        raise argparse.ArgumentTypeError("give a name of 1 to 64 printable characters")
    return text


def _log_to(file: Path) -> None:
    """The screen belongs to Textual: a line on stderr would tear it. Where no file can be written, calls come first."""
    log: logging.Handler = logging.NullHandler()
    with contextlib.suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        log = logging.FileHandler(file, encoding="utf-8")
    form = "%(asctime)s %(name)s %(levelname)s %(message)s"
    logging.basicConfig(handlers=[log], level=logging.INFO, format=form)
