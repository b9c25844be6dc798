"""`wardbell enrol`: say which remote is which bed."""

import argparse
import json
import sys
import time
from pathlib import Path

from wardbell_bus import paths
from wardbell_bus.columns import aligned
from wardbell_gateway import enrolment
from wardbell_gateway.command_texts import TEXTS, CommandWords
from wardbell_gateway.enrolment import Wanted
from wardbell_gateway.journal import Unknown, has_open_call, read_unknown_codes, read_unknown_nodes
from wardbell_gateway.registry import Registry, read_registry
from wardbell_protocol.air.codeword import CodeWord
from wardbell_protocol.calls.signals import CLEAR_PLACES, SIGNALS
from wardbell_protocol.calls.station import Station
from wardbell_protocol.errors import ConfigError

EXIT_USAGE = 2
EXIT_CONFIG = 78
LOOK_EVERY_S = 0.5

_EXAMPLES = f"""\
examples:
  wardbell enrol --ward east --name en="East ward"            begin the ward's registry
  wardbell enrol --room 205 --bed 1 --address 0F1F01F0        a PT2262 of ours, by its jumpers
  wardbell enrol --listen                                     press a foreign remote and read its code
  wardbell enrol --room 204 --bed 1 --code 91568F --signal normal
  wardbell enrol --room 204 --code 915680 --signal emergency --code 915683 --signal reset
  wardbell enrol --self-test 10:00=console,callcenter         the daily test's time, and who must answer besides receivers
  wardbell enrol --list
  wardbell enrol --remove 204-1

signals: {", ".join(SIGNALS)}
A node of ours with a key: wardbell provision.
A running gateway takes the change over within a second.
"""


def main(argv: list[str]) -> int:
    """Change or show the registry; 2 for a wrong command line, 78 for what the registry cannot hold."""
    parser = _parser()
    options = parser.parse_args(argv)
    path: Path = options.registry or options.home / "registry.json"
    try:
        return _run(options, path, parser)
    except ConfigError as error:
        print(f"wardbell enrol: {error}", file=sys.stderr)
        return EXIT_CONFIG


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="wardbell enrol",
        description="Say which remote is which bed.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--ward", help="begin a registry for the ward of this name")
    parser.add_argument(
        "--name", action="append", default=[], metavar="LANG=TEXT", help="the new ward's name for people"
    )
    parser.add_argument(
        "--self-test", metavar="HH:MM=PARTS", help="when the chain is tested each day; a new ward: 10:00=console"
    )
    parser.add_argument("--room", help="the station's room")
    parser.add_argument("--bed", default="", help="the station's bed")
    parser.add_argument("--id", default="", help="the station's id; default ROOM-BED")
    parser.add_argument("--address", default="", metavar="TRITS", help="8 of 0, 1, F: a node without a key")
    parser.add_argument(
        "--code", action="append", default=[], metavar="HEX", help="6 hex digits: a button of any remote"
    )
    parser.add_argument("--signal", action="append", default=[], help="what the code before it means")
    parser.add_argument(
        "--clear-at", metavar="PLACES", help=f"where its calls may be cleared, of {','.join(CLEAR_PLACES)}"
    )
    parser.add_argument("--list", action="store_true", help="show the stations")
    parser.add_argument("--json", action="store_true", help="with --list: as JSON")
    parser.add_argument("--remove", metavar="ID", help="take a station away")
    parser.add_argument("--listen", action="store_true", help="show codes that nobody has enrolled, as they are heard")
    parser.add_argument("--seconds", type=float, metavar="N", help="with --listen: end after N; default until Ctrl-C")
    parser.add_argument("--registry", metavar="FILE", type=Path, help="default: registry.json in the state folder")
    paths.add_language(parser, TEXTS)
    paths.add_options(parser)
    return parser


def _run(options: argparse.Namespace, path: Path, parser: argparse.ArgumentParser) -> int:
    words = CommandWords(options.lang)
    if options.listen:
        return _listen(options.home / "gateway.db", options.seconds, words)
    if options.list:
        _show(read_registry(path), options.json, words)
        return 0
    if options.remove:
        return _remove(path, options.home / "gateway.db", options.remove, words)
    wanted = _wanted(options, parser) if options.room else None
    if options.ward:
        enrolment.create(path, options.ward, _names(options.name, parser))
        print(words.text("enrol.ward", ward=options.ward, path=path))
    if options.self_test:
        at, _, parts = options.self_test.partition("=")
        enrolment.plan_self_test(path, at, [part.strip() for part in parts.split(",") if part.strip()])
        print(words.text("enrol.self_test", at=at))
    if wanted is not None:
        station = enrolment.enrol(path, wanted)
        sends = _sends(str(station["address"]), station["codes"], words)
        print(words.text("enrol.done", id=wanted.id, sends=sends))
    if wanted is None and not options.ward and not options.self_test:
        parser.error("say what to do: --room, --list, --remove, --listen, --self-test or --ward")
    return 0


def _wanted(options: argparse.Namespace, parser: argparse.ArgumentParser) -> Wanted:
    if len(options.code) != len(options.signal):
        parser.error("give one --signal for each --code")
    codes = {code.upper(): signal for code, signal in zip(options.code, options.signal, strict=True)}
    clear_at = [place.strip() for place in (options.clear_at or "").split(",") if place.strip()]
    return Wanted(options.room, options.bed, options.id, options.address.upper(), codes, clear_at)


def _names(pairs: list[str], parser: argparse.ArgumentParser) -> dict[str, str]:
    names = {}
    for pair in pairs:
        language, separator, text = pair.partition("=")
        if not separator:
            parser.error(f"--name {pair}: write it as en=East")
        names[language] = text
    return names


def _show(registry: Registry, as_json: bool, words: CommandWords) -> None:
    if as_json:
        print(json.dumps([_without_key(station) for station in registry.stations], ensure_ascii=False, indent=1))
        return
    print(words.text("enrol.count", ward=registry.ward, count=len(registry.stations)))
    rows = [_cells(station, words) for station in registry.stations]
    print("\n".join(aligned([words.head("enrol.head"), *rows])))


def _cells(station: Station, words: CommandWords) -> tuple[str, ...]:
    is_keyed = bool(station.key)
    sends = words.text("enrol.node", id=station.node_id) if is_keyed else _sends(station.address, station.codes, words)
    clear_at = ", ".join(map(words.where, station.clear_at))
    return station.station_id, words.place(station.room, station.bed), clear_at, sends


def _without_key(station: Station) -> dict[str, object]:
    record = station.to_record()
    return {**record, "key": bool(record["key"])}


def _sends(address: str, codes: dict[str, str], words: CommandWords) -> str:
    sends = [words.text("enrol.address", address=address)] if address else []
    return ", ".join(sends + [f"{code} = {words.signal(signal)}" for code, signal in codes.items()])


def _remove(path: Path, journal: Path, station_id: str, words: CommandWords) -> int:
    if journal.exists() and has_open_call(journal, station_id):
        print(f"wardbell enrol: {station_id} has an open call; clear it first, or nobody could", file=sys.stderr)
        return EXIT_USAGE
    enrolment.remove(path, station_id)
    print(words.text("enrol.removed", id=station_id))
    return 0


def _listen(journal: Path, seconds: float | None, words: CommandWords) -> int:
    end_s = time.monotonic() + seconds if seconds is not None else None
    shown = set(_unknown(journal, words))
    print(words.text("enrol.listen"), flush=True)
    try:
        while end_s is None or time.monotonic() < end_s:
            for line in _unknown(journal, words):
                if line not in shown:
                    print(line, flush=True)
                shown.add(line)
            time.sleep(LOOK_EVERY_S)
    except KeyboardInterrupt:
        pass
    return 0


def _unknown(journal: Path, words: CommandWords) -> list[str]:
    nodes = [words.text("enrol.unknown_node", id=node.number, times=node.times) for node in read_unknown_nodes(journal)]
    return nodes + [_describe(code, words) for code in read_unknown_codes(journal)]


def _describe(unknown: Unknown, words: CommandWords) -> str:
    word = CodeWord(unknown.number)
    said = words.text("enrol.unknown", hex=word.hex, trits=word.trits, times=unknown.times)
    return said + words.text("enrol.or_node", address=word.address) if word.is_tristate else said
