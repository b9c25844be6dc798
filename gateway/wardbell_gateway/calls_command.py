"""`wardbell calls list`: what is open in a ward, asked of its gateway."""

import argparse
import os
import sys

from wardbell_bus import paths
from wardbell_bus.columns import aligned
from wardbell_gateway.asking import ask
from wardbell_gateway.command_texts import TEXTS, CommandWords
from wardbell_gateway.registry import read_registry
from wardbell_protocol.bus import topics
from wardbell_protocol.bus.payloads import CallState, SnapshotRequest, WardSnapshot, encode
from wardbell_protocol.errors import ConfigError, EncodeError

EXIT_USAGE = 2
EXIT_UNAVAILABLE = 69  # EX_UNAVAILABLE
EXIT_CONFIG = 78

_EXAMPLES = """\
examples:
  wardbell calls list
  wardbell calls list --lang zh_CN
  wardbell calls list --ward east --json | jq '.calls[].room'

? behind the kind: unauthenticated, no verified frame has placed it. 69 = no broker, or no gateway answers.
"""


def main(argv: list[str]) -> int:
    """Print the open calls, most urgent first."""
    parser = argparse.ArgumentParser(
        prog="wardbell calls",
        description="Show a ward's open calls.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("action", choices=["list"])
    parser.add_argument("--ward", help="default: the ward of the registry in the state folder")
    parser.add_argument("--json", action="store_true", help="the gateway's snapshot as JSON")
    paths.add_language(parser, TEXTS)
    paths.add_options(parser)
    options = parser.parse_args(argv)
    words = CommandWords(options.lang)
    try:
        ward = topics.check_name(options.ward or read_registry(options.home / "registry.json").ward)
        snapshot = snapshot_of(options.broker, ward)
    except EncodeError as error:
        print(f"wardbell calls: --ward: {error}", file=sys.stderr)
        return EXIT_USAGE
    except ConfigError as error:
        print(f"wardbell calls: {error}", file=sys.stderr)
        return EXIT_CONFIG
    if isinstance(snapshot, str):
        print(f"wardbell calls: {words.reason(snapshot)}", file=sys.stderr)
        return EXIT_UNAVAILABLE
    print(encode(snapshot).decode() if options.json else _table(snapshot, words))
    return 0


def snapshot_of(broker: str, ward: str) -> WardSnapshot | str:
    """The gateway's snapshot, or what is missing."""
    client_id = f"calls-{os.getpid()}"
    question = (topics.snapshot_request(ward), encode(SnapshotRequest(reply_to=client_id)))
    return ask(broker, client_id, ward, question, (topics.snapshot(ward, client_id), WardSnapshot))


def _table(snapshot: WardSnapshot, words: CommandWords) -> str:
    if not snapshot.calls:
        return words.text("calls.none", ward=words.ward(snapshot.ward.name, snapshot.ward.ward))
    rows = [words.head("calls.head"), *(_row(call, snapshot.at_ms, words) for call in snapshot.calls)]
    return "\n".join(aligned(rows))


def _row(call: CallState, now_ms: int, words: CommandWords) -> tuple[str, ...]:
    age_s = max(0, now_ms - call.placed_at_ms) // 1000
    age = f"{age_s // 60}:{age_s % 60:02}"
    by = words.who(call.attended_by or call.acknowledged_by)
    kind = words.kind(call.kind, call.detail, call.authenticated)
    status = words.text(f"status.{call.status}")
    return (words.place(call.room, call.bed), kind, status, age, str(call.presses), by, call.call_id)
