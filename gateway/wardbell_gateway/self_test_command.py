"""`wardbell self-test`: what the daily tests of the whole chain have found."""

import argparse
import getpass
import json
import os
import secrets
import sys
import time
from datetime import datetime

from wardbell_bus import paths
from wardbell_bus.columns import aligned
from wardbell_gateway.asking import ask
from wardbell_gateway.chain_test import LIMIT_MS, ChainRecord
from wardbell_gateway.command_texts import TEXTS, CommandWords
from wardbell_gateway.journal import read_chain_tests
from wardbell_gateway.registry import read_registry
from wardbell_protocol.bus import topics
from wardbell_protocol.bus.payloads import Command, Reply, encode
from wardbell_protocol.errors import ConfigError

EXIT_MISSING = 1
EXIT_UNAVAILABLE = 69
EXIT_CONFIG = 78
SHOWN = 31

_EXAMPLES = f"""\
examples:
  wardbell self-test                    the last {SHOWN} tests
  wardbell self-test --now              test now; the result is there after {LIMIT_MS // 1000} s at most
  wardbell self-test --json | jq '.[-1].missing'

answered: parts and how long each took; missing: parts that had to answer and did not, each a fault until a test finds it
well. radio: a station heard in the half hour before; `-` where none was, so that the ear was not shown to hear.
exit status: 1 where the newest test missed a part, 69 no gateway answers, 78 registry or journal cannot be read.
"""


def main(argv: list[str]) -> int:
    """Show the records, or have a test made."""
    parser = argparse.ArgumentParser(
        prog="wardbell self-test",
        description="Show what the daily tests of the whole chain have found.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--now", action="store_true", help="have the running gateway make one now")
    parser.add_argument("--json", action="store_true", help="as JSON, oldest first")
    paths.add_language(parser, TEXTS)
    paths.add_options(parser)
    options = parser.parse_args(argv)
    words = CommandWords(options.lang)
    try:
        if options.now:
            return _test_now(options.broker, read_registry(options.home / "registry.json").ward, words)
        records = read_chain_tests(options.home / "gateway.db")[-SHOWN:]
    except ConfigError as error:
        print(f"wardbell self-test: {error}", file=sys.stderr)
        return EXIT_CONFIG
    if options.json:
        print(json.dumps([record.to_record() for record in records], indent=1))
    else:
        print(_table(records, words))
    return EXIT_MISSING if records and not records[-1].is_good else 0


def _test_now(broker: str, ward: str, words: CommandWords) -> int:
    client_id = f"self-test-{os.getpid()}"
    command = Command(
        command_id=f"self-test-{secrets.token_hex(8)}",
        verb="self_test",
        by=getpass.getuser(),
        reply_to=client_id,
        at_ms=time.time_ns() // 1_000_000,
    )
    answer = (topics.reply(ward, client_id), Reply)
    reply = ask(broker, client_id, ward, (topics.command(ward), encode(command)), answer)
    if isinstance(reply, str):
        print(f"wardbell self-test: {words.reason(reply)}", file=sys.stderr)
        return EXIT_UNAVAILABLE
    print(words.text("chain.begun", ward=ward, s=LIMIT_MS // 1000))
    return 0


def _table(records: list[ChainRecord], words: CommandWords) -> str:
    if not records:
        return words.text("chain.none")
    return "\n".join(aligned([words.head("chain.head"), *(_cells(record, words) for record in records)]))


def _cells(record: ChainRecord, words: CommandWords) -> tuple[str, ...]:
    at = datetime.fromtimestamp(record.at_ms / 1000).astimezone().strftime("%Y-%m-%d %H:%M")
    answered = ", ".join(
        f"{words.word(part)} {words.text('seconds', s=ms / 1000)}" for part, ms in record.answered.items()
    )
    missing = ", ".join(map(words.word, record.missing))
    result = words.text("chain.good" if record.is_good else "chain.bad")
    return at, result, answered or "-", missing or "-", record.radio or "-", record.air or "-"
