"""`wardbell figures`: how fast somebody came, by hour, shift, day or month."""

import argparse
import csv
import io
from collections.abc import Iterator
from datetime import date
from time import time_ns
from typing import Any

import msgspec

from wardbell_bus import paths
from wardbell_callcenter.database_option import EX_CONFIG, add_database, failed, with_store
from wardbell_callcenter.figures.gather import gather
from wardbell_callcenter.figures.periods import KINDS, periods, shift_names, whole
from wardbell_callcenter.figures.report import Figures, Report, report
from wardbell_callcenter.figures.wording import TEXTS, as_table, in_full, of_agents
from wardbell_callcenter.house import House
from wardbell_callcenter.houses import Houses
from wardbell_callcenter.roster.house_clock import local
from wardbell_callcenter.store.store import Store

COMMAND = "wardbell figures"
EXAMPLES = """examples:
  wardbell figures                                            today
  wardbell figures --by hour
  wardbell figures --from 2026-11-01 --until 2026-11-30 --by shift
  wardbell figures --from 2026-01-01 --by month --csv > year.csv
  wardbell figures --ward east --lang zh_CN

Days and hours are those of the house's own clock. A contact counts in the period in which it was opened; what cannot be known
yet counts nowhere. Targets, and how soon a call is a re-call, stand in the house's document: `targets`, `limits.recall_s`.
"""
MOST_DAYS = 3700


def main(argv: list[str]) -> int:
    """Print the figures; 2 for a bad call, 75 where the database does not answer."""
    parser = _parser()
    options = parser.parse_args(argv)

    def show(store: Store) -> int:
        now_ms = time_ns() // 1_000_000
        with store.reading() as ledger:
            house = Houses().newest(ledger.houses)
            today = local(now_ms, house.time_zone).date()
            first = getattr(options, "from") or today
            last = options.until or max(today, first)
            if not 0 <= (last - first).days < MOST_DAYS:
                parser.error(f"--until: give a day from {first} on, and fewer than {MOST_DAYS} days")
            if options.by == "shift" and not shift_names(house):
                return failed(
                    COMMAND, "--by shift: the house has no shifts; its document names them in `rosters`", EX_CONFIG
                )
            if options.ward and house.wards and options.ward not in house.wards:
                return failed(
                    COMMAND, f"--ward: there is no ward {options.ward}; known: {', '.join(house.wards)}", EX_CONFIG
                )
            total = whole(first, last, house.time_zone)
            material = gather(ledger, total, house, options.ward)
        parts = periods(options.by, first, last, house) if options.by else []
        _print(report(material, total, parts, house, now_ms), house, options)
        return 0

    return with_store(COMMAND, options, show)


def _print(found: Report, house: House, options: argparse.Namespace) -> None:
    if options.json:
        print(msgspec.json.format(msgspec.json.encode(found), indent=1).decode())
    elif options.csv:
        print(as_csv(found.periods or [found.total]), end="")
    else:
        table = [*as_table(found.periods, options.lang), ""] if found.periods else []
        for line in (*table, *in_full(found.total, house, options.lang), *of_agents(found.agents, options.lang)):
            print(line)


def as_csv(rows: list[Figures]) -> str:
    """A line for each period, counts and what they are of in columns of their own; times are UNIX ms and seconds."""
    records = [dict(_flat("", msgspec.to_builtins(figures, str_keys=True))) for figures in rows]
    columns = list(dict.fromkeys(name for record in records for name in record))
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(records)
    return text.getvalue()


def _flat(prefix: str, record: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in record.items():
        if isinstance(value, dict):
            yield from _flat(f"{prefix}{name}.", value)
        else:
            yield f"{prefix}{name}", value


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=COMMAND,
        description="How fast somebody came, how busy who works here is, and what went wrong.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--from", metavar="DAY", type=date.fromisoformat, help="first day, as 2026-11-01; default today"
    )
    parser.add_argument("--until", metavar="DAY", type=date.fromisoformat, help="last day; default today")
    parser.add_argument("--by", choices=KINDS, help="also a line for each")
    parser.add_argument("--ward", metavar="WARD", default="", help="of that ward only")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="all of it as JSON")
    form.add_argument("--csv", action="store_true", help="the periods as CSV")
    paths.add_language(parser, TEXTS)
    add_database(parser)
    return parser
