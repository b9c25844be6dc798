"""`wardbell stations`: how each station is heard, its battery, and what is wrong with it."""

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

from wardbell_bus import paths
from wardbell_bus.columns import aligned
from wardbell_gateway.button_tests import DAYS, as_csv, due_buttons, sheet
from wardbell_gateway.command_texts import TEXTS, CommandWords
from wardbell_gateway.journal import read_open_faults, read_stations
from wardbell_gateway.registry import Registry, read_registry
from wardbell_gateway.station_watch import StationHealth
from wardbell_protocol.air.frame import battery_millivolts
from wardbell_protocol.calls.station import Station
from wardbell_protocol.errors import ConfigError

EXIT_CONFIG = 78

_EXAMPLES = """\
examples:
  wardbell stations
  wardbell stations --faults                          only those with something wrong
  wardbell stations --test-due                        buttons that nobody has heard for 30 days
  wardbell stations --test-due --lang zh_CN           to be printed, ticked and signed
  wardbell stations --test-due --csv > due.csv
  wardbell stations --json | jq '.[] | select(.quality < 70) | .station_id'

heard: how long ago a press or heartbeat came (as of the last minute). beats: it sends heartbeats; a station that sends
none cannot be missed. lost: heartbeats of the last 20. quality: 0 to 100, median of its last 8; trend: against its
first 8, at enrolment. fault: every one of it that is open.
"""


def main(argv: list[str]) -> int:
    """Print the ward's stations, most in need of a look first; 78 where registry or journal cannot be read."""
    parser = argparse.ArgumentParser(
        prog="wardbell stations",
        description="Show how each station is heard, its battery, and what is wrong with it.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--faults", action="store_true", help="only stations with a fault")
    parser.add_argument(
        "--test-due",
        action="store_true",
        help="a sheet to print: buttons that should be tried; see `wardbell test-round`",
    )
    parser.add_argument(
        "--days", type=int, default=DAYS, help="with --test-due: not heard for so long; default %(default)s"
    )
    parser.add_argument("--csv", action="store_true", help="with --test-due: as CSV")
    parser.add_argument("--json", action="store_true", help="as JSON")
    parser.add_argument("--registry", metavar="FILE", type=Path, help="default: registry.json in the state folder")
    paths.add_language(parser, TEXTS)
    paths.add_options(parser)
    options = parser.parse_args(argv)
    words = CommandWords(options.lang)
    try:
        registry = read_registry(options.registry or options.home / "registry.json")
        known = _known(options.home / "gateway.db")
    except ConfigError as error:
        print(f"wardbell stations: {error}", file=sys.stderr)
        return EXIT_CONFIG
    if options.test_due:
        print(_due(registry, known, options, words))
        return 0
    rows = _rows(registry, known, options.faults)
    print(
        json.dumps([_record(*row) for row in rows], ensure_ascii=False, indent=1)
        if options.json
        else _table(rows, words)
    )
    return 0


def _known(journal: Path) -> dict[str, StationHealth]:
    """By station what the gateway has kept of it, with every fault of it that is open: a node without a key tells its own."""
    known = {health.station_id: health for health in read_stations(journal)}
    for station_id, detail in read_open_faults(journal):
        health = known.setdefault(station_id, StationHealth(station_id))
        if detail not in health.faults:
            health.faults = [*health.faults, detail]
    return known


def _due(registry: Registry, known: dict[str, StationHealth], options: argparse.Namespace, words: CommandWords) -> str:
    now_ms = time.time_ns() // 1_000_000
    heard = {station_id: health.buttons for station_id, health in known.items()}
    due = due_buttons(registry.stations, registry.buttons, heard, now_ms, options.days)
    if options.json:
        records = [{"station_id": b.station.station_id, "signal": b.signal, "heard_ms": b.heard_ms} for b in due]
        return json.dumps(records, ensure_ascii=False, indent=1)
    if options.csv:
        return as_csv(due, words).rstrip()
    return sheet(due, registry.ward, words, now_ms, options.days)


Row = tuple[Station, StationHealth]


def _rows(registry: Registry, known: dict[str, StationHealth], only_faults: bool) -> list[Row]:
    rows = [
        (station, known.get(station.station_id, StationHealth(station.station_id))) for station in registry.stations
    ]
    found = [row for row in rows if row[1].faults or not only_faults]
    return sorted(found, key=lambda row: (-len(row[1].faults), row[0].station_id))


def _record(station: Station, health: StationHealth) -> dict[str, Any]:
    """One station for scripts; never its key."""
    facts = {"station_id": station.station_id, "room": station.room, "bed": station.bed, "keyed": bool(station.key)}
    known = health.to_record() | {"quality": health.quality, "trend": health.trend, "loss_percent": health.loss_percent}
    return {**facts, **known, "battery_mv": battery_millivolts(health.battery)}


def _table(rows: list[Row], words: CommandWords) -> str:
    if not rows:
        return words.text("stations.none")
    now_ms = time.time_ns() // 1_000_000
    cells = [words.head("stations.head"), *(_cells(station, health, now_ms, words) for station, health in rows)]
    return "\n".join(aligned(cells))


def _cells(station: Station, health: StationHealth, now_ms: int, words: CommandWords) -> tuple[str, ...]:
    millivolts = battery_millivolts(health.battery)
    return (
        words.place(station.room, station.bed),
        words.ago(now_ms - health.heard_ms) if health.heard_ms else words.text("never"),
        words.signal(health.signal) if health.signal else "-",
        words.text("yes" if health.beats else "no"),
        "-" if health.loss_percent is None else f"{health.loss_percent} %",
        "-" if millivolts is None else f"{millivolts / 1000:.1f} V",
        "-" if health.quality is None else str(health.quality),
        "-" if health.trend is None else f"{health.trend:+d}",
        ", ".join(map(words.fault, health.faults)),
    )
