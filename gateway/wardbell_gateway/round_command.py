"""`wardbell test-round`: try the buttons of a ward without calling anybody out."""

import argparse
import getpass
import os
import secrets
import sys
import time
from datetime import datetime

from wardbell_bus import paths
from wardbell_bus.columns import aligned
from wardbell_gateway.asking import ask
from wardbell_gateway.command_texts import TEXTS, CommandWords
from wardbell_gateway.registry import read_registry
from wardbell_gateway.walk_test import LONGEST_MS, SHOWN_MS
from wardbell_protocol.bus import topics
from wardbell_protocol.bus.payloads import Command, Reply, WardEvent, encode
from wardbell_protocol.errors import ConfigError, EncodeError

EXIT_REFUSED = 1
EXIT_USAGE = 2
EXIT_UNAVAILABLE = 69
EXIT_CONFIG = 78

_EXAMPLES = f"""\
examples:
  wardbell stations --test-due > due.txt                 what to try
  wardbell test-round start --room 203 --room 204 --by Li
  wardbell test-round start --all --by Li                 where nobody lives yet
  wardbell test-round stop
  wardbell stations --test-due                           what is left

In a round the first press of each button is its test: it rings until the gateway has it, shows as answered by the
test round for {SHOWN_MS // 1000} s, and is cleared by itself. Any further press of that button is a call, and so is
a press in another room while a test is shown. All consoles and the receiver show that a round is on. It ends by itself
after --minutes. `stop` lists the tests: one that you did not press was a resident.
"""


def main(argv: list[str]) -> int:
    """Begin or end a round; 1 where the gateway refuses, 69 where there is none."""
    parser = argparse.ArgumentParser(
        prog="wardbell test-round",
        description="Try the buttons of a ward without calling anybody out.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("action", choices=["start", "stop"])
    parser.add_argument("--room", action="append", default=[], help="only in this room; may be repeated")
    parser.add_argument("--all", action="store_true", help="in every room: a resident's first press is a test too")
    parser.add_argument("--minutes", type=int, default=60, help=f"at most {LONGEST_MS // 60_000}; default %(default)s")
    parser.add_argument("--by", default="", help="who walks; default: this user")
    parser.add_argument("--ward", help="default: the ward of the registry in the state folder")
    paths.add_language(parser, TEXTS)
    paths.add_options(parser)
    options = parser.parse_args(argv)
    if not 1 <= options.minutes <= LONGEST_MS // 60_000:
        parser.error(f"--minutes: give 1 to {LONGEST_MS // 60_000}")
    if options.action == "start" and bool(options.room) == options.all:
        parser.error("start: name the rooms that you walk with --room, or give --all")
    words = CommandWords(options.lang)
    try:
        ward = topics.check_name(options.ward or read_registry(options.home / "registry.json").ward)
        reply = _tell(options, ward)
    except EncodeError as error:
        print(f"wardbell test-round: --ward: {error}", file=sys.stderr)
        return EXIT_USAGE
    except ConfigError as error:
        print(f"wardbell test-round: {error}", file=sys.stderr)
        return EXIT_CONFIG
    if isinstance(reply, str):
        print(f"wardbell test-round: {words.reason(reply)}", file=sys.stderr)
        return EXIT_UNAVAILABLE
    if not reply.ok:
        print(f"wardbell test-round: {words.reason(reply.reason)}", file=sys.stderr)
        return EXIT_REFUSED
    print(words.text("round.on" if options.action == "start" else "round.over", ward=ward, minutes=options.minutes))
    if reply.events:
        print(words.text("round.tests"))
        print("\n".join(aligned([_cells(event, words) for event in reply.events])))
    return 0


def _cells(event: WardEvent, words: CommandWords) -> tuple[str, ...]:
    call = event.call
    at = datetime.fromtimestamp(call.placed_at_ms / 1000).astimezone().strftime("%H:%M:%S")
    return at, call.station_id, words.place(call.room, call.bed), words.kind(call.kind, call.detail)


def _tell(options: argparse.Namespace, ward: str) -> Reply | str:
    client_id = f"round-{os.getpid()}"
    command = Command(
        command_id=f"round-{secrets.token_hex(8)}",
        verb="test_start" if options.action == "start" else "test_stop",
        by=options.by or getpass.getuser(),
        reply_to=client_id,
        at_ms=time.time_ns() // 1_000_000,
        rooms=options.room,
        for_s=options.minutes * 60,
    )
    answer = (topics.reply(ward, client_id), Reply)
    return ask(options.broker, client_id, ward, (topics.command(ward), encode(command)), answer)
