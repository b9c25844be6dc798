"""`wardbell survey`: walk and press, and read how well each press comes in."""

import argparse
import csv
import os
import queue
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import IO

from wardbell_bus import paths
from wardbell_bus.client import BusClient
from wardbell_bus.columns import aligned
from wardbell_gateway.asking import no_broker
from wardbell_gateway.command_texts import TEXTS, CommandWords
from wardbell_gateway.registry import read_registry
from wardbell_protocol.air.margin import margin
from wardbell_protocol.bus import topics
from wardbell_protocol.bus.payloads import Reception, decode
from wardbell_protocol.calls.signals import HEARTBEAT
from wardbell_protocol.errors import ConfigError, EncodeError

EXIT_USAGE = 2
EXIT_UNAVAILABLE = 69
EXIT_CONFIG = 78
BROKER_WITHIN_S = 5.0
COLUMNS = ("time", "ear", "station", "room", "bed", "signal", "copies", "of", "quality", "margin")
SENT_FRAMES = 10  # copies of one press (spec/air.md, "Schedule"); a two-way node stops at its receipt
SENT_WORDS = 8

_EXAMPLES = """\
examples:
  wardbell survey --csv floor2.csv
  wardbell survey --station 203-2 --presses 5

Its presses call: tell the nurses, and press reset. In a `wardbell test-round` the first press of each button does not.
copies: of a press's frame, or its words, that were heard whole; a two-way node stops sending when it is answered. quality:
0 to 100. margin: good is 5 dB and more above the end, weak within 2 dB of it (modelled; a very strong sender may read fair).
Without a host: hold acknowledge and mute at the receiver for 3 s, its display then shows the same.
"""


def main(argv: list[str]) -> int:
    """Print each press as it is over; ends with Ctrl-C, after --seconds, or after --presses."""
    parser = argparse.ArgumentParser(
        prog="wardbell survey",
        description="Walk and press, and read how well each press comes in.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--csv", type=Path, metavar="FILE", help="write a line a press there too; added to what it holds"
    )
    parser.add_argument("--station", help="only this station")
    parser.add_argument("--heartbeats", action="store_true", help="show heartbeats too")
    parser.add_argument("--presses", type=int, metavar="N", help="end after N")
    parser.add_argument("--seconds", type=float, metavar="N", help="end after N")
    parser.add_argument("--ward", help="default: the ward of the registry in the state folder")
    paths.add_language(parser, TEXTS)
    paths.add_options(parser)
    options = parser.parse_args(argv)
    try:
        ward = topics.check_name(options.ward or read_registry(options.home / "registry.json").ward)
        return _survey(options, ward)
    except EncodeError as error:
        print(f"wardbell survey: --ward: {error}", file=sys.stderr)
        return EXIT_USAGE
    except ConfigError as error:
        print(f"wardbell survey: {error}", file=sys.stderr)
        return EXIT_CONFIG
    except OSError as error:
        print(f"wardbell survey: {options.csv}: {error.strerror}; name a file that can be written", file=sys.stderr)
        return EXIT_USAGE


def _survey(options: argparse.Namespace, ward: str) -> int:
    words = CommandWords(options.lang)
    heard: queue.SimpleQueue[Reception | None] = queue.SimpleQueue()
    client = BusClient(
        options.broker,
        f"survey-{os.getpid()}",
        [topics.reception(ward)],
        lambda _topic, payload, _retained: heard.put(decode(payload, Reception)),
        lambda is_up: heard.put(None) if is_up else None,
    )
    file = options.csv.open("a", newline="", encoding="utf-8") if options.csv else None
    client.start()
    try:
        heard.get(timeout=BROKER_WITHIN_S)
        print(words.text("survey.begin"), flush=True)
        _follow(options, heard, file, words)
    except queue.Empty:
        print(f"wardbell survey: {words.reason(no_broker(client))}", file=sys.stderr)
        return EXIT_UNAVAILABLE
    except KeyboardInterrupt:
        pass
    finally:
        client.stop()
        if file is not None:
            file.close()
    return 0


def _follow(
    options: argparse.Namespace,
    heard: "queue.SimpleQueue[Reception | None]",
    file: IO[str] | None,
    words: CommandWords,
) -> None:
    end_s = time.monotonic() + options.seconds if options.seconds is not None else None
    writer = csv.writer(file) if file is not None else None
    if writer is not None and file is not None and file.tell() == 0:
        writer.writerow(COLUMNS)
    n = 0
    while options.presses is None or n < options.presses:
        left_s = None if end_s is None else max(0.0, end_s - time.monotonic())
        try:
            reception = heard.get(timeout=left_s)
        except queue.Empty:
            return
        if reception is None or not _is_wanted(reception, options):
            continue
        n += 1
        head, line = aligned([words.head("survey.head"), _shown(reception, words)])
        print(*([head] if n == 1 else []), line, sep="\n", flush=True)
        if writer is not None and file is not None:
            writer.writerow(_cells(reception))
            file.flush()


def _is_wanted(reception: Reception, options: argparse.Namespace) -> bool:
    if options.station not in (None, reception.station_id):
        return False
    return options.heartbeats or reception.signal != HEARTBEAT


def _shown(reception: Reception, words: CommandWords) -> tuple[str, ...]:
    return (
        f"{_at(reception):%Y-%m-%d %H:%M:%S}",
        reception.ear,
        reception.station_id,
        words.place(reception.room, reception.bed),
        words.signal(reception.signal),
        f"{reception.copies}/{_sent(reception)}",
        str(reception.quality),
        words.text(f"margin.{margin(reception.quality, reception.is_frame)}"),
    )


def _cells(reception: Reception) -> tuple[str, ...]:
    return (
        _at(reception).isoformat(timespec="seconds"),
        reception.ear,
        reception.station_id,
        reception.room,
        reception.bed,
        reception.signal,
        str(reception.copies),
        str(_sent(reception)),
        str(reception.quality),
        margin(reception.quality, reception.is_frame),
    )


def _at(reception: Reception) -> datetime:
    return datetime.fromtimestamp(reception.at_ms / 1000).astimezone()


def _sent(reception: Reception) -> int:
    if reception.is_frame:
        return 1 if reception.signal == HEARTBEAT else SENT_FRAMES
    return SENT_WORDS
