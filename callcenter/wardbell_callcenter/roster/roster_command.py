"""`wardbell roster`: who is on duty and why, the weeks ahead, leave, swaps and overrides, calendars in and out."""

import argparse
import getpass
from collections.abc import Callable
from pathlib import Path
from time import time_ns

from wardbell_bus import paths
from wardbell_callcenter.database_option import add_database, failed, with_store
from wardbell_callcenter.days_option import days_up_to
from wardbell_callcenter.roster import roster_entries, roster_views
from wardbell_callcenter.roster.change import ChangeError
from wardbell_callcenter.roster.look import Look, look_of
from wardbell_callcenter.roster.wording import TEXTS
from wardbell_callcenter.store.store import Store

COMMAND = "wardbell roster"
EXAMPLES = """examples:
  wardbell roster who                                            who is on duty now; status 1 when nobody is
  wardbell roster who --at 2026-12-24T23:00 --why --lang zh_CN
  wardbell roster week --roster carers --from 2026-11-23
  wardbell roster gaps --days 28                                 too few, in two places, on leave; status 1 when there is any
  wardbell roster leave nurse-1 --from 2026-11-24 --until 2026-11-26 --reason ill
  wardbell roster override head-nurse --instead-of nurse-1 --on 2026-11-24
  wardbell roster override head-nurse --roster carers --from 15:00 --until 21:00         as well as those who are planned
  wardbell roster swap nurse-1 nurse-2 --on 2026-11-24                          the duties that begin on that day
  wardbell roster changes && wardbell roster remove r7
  wardbell roster import holidays.ics --agent nurse-1 --dry-run
  wardbell roster export nurse-1.ics --agent nurse-1 --days 60

Times are of the house's clock. A day alone begins at midnight; after --until it ends there. The later entry counts.
"""
AT_ONCE = (
    100  # entries of a file in one transaction: the engine, and whoever calls, waits for no longer than those take
)
Said = tuple[list[str], int]  # lines and status
Done = Callable[[Look], Said]
Run = Callable[[Store, argparse.Namespace], Said]


def main(argv: list[str]) -> int:
    """Do what is asked; 1 for nobody or a gap, 2 for a bad call, 75 where the database does not answer, 78 for a bad file."""
    options = _parser().parse_args(argv)
    return with_store(COMMAND, options, lambda store: _run(store, options))


def _run(store: Store, options: argparse.Namespace) -> int:
    run: Run = options.run
    try:
        lines, status = run(store, options)
    except ChangeError as error:
        return failed(COMMAND, str(error), 2)
    for line in lines:
        print(line)
    return status


def _reads(done: Done) -> Run:
    def run(store: Store, options: argparse.Namespace) -> Said:
        with store.reading() as ledger:
            return done(look_of(ledger, options, _now_ms()))

    return run


def _writes(done: Done) -> Run:
    def run(store: Store, options: argparse.Namespace) -> Said:
        with store.writing() as ledger:
            return done(look_of(ledger, options, _now_ms()))

    return run


def _take_file(store: Store, options: argparse.Namespace) -> Said:
    """What a crash leaves out is entered when the file is read again."""
    now_ms = _now_ms()
    with store.reading() as ledger:
        result, lines = roster_entries.read_file(look_of(ledger, options, now_ms))
    if not options.dry_run:
        for changes, done in ((result.gone, roster_entries.forget_one), (result.new, roster_entries.enter_one)):
            for start in range(0, len(changes), AT_ONCE):
                with store.writing() as ledger:
                    look = look_of(ledger, options, now_ms)
                    for change in changes[start : start + AT_ONCE]:
                        done(look, change)
    return lines, 0


def _now_ms() -> int:
    return time_ns() // 1_000_000


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=COMMAND,
        description="Who works when: what the house's document plans, and what is entered beside it.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    who = _verb(verbs, "who", _reads(roster_views.who), "who is on duty")
    who.add_argument("--at", metavar="TIME", help="default now")
    who.add_argument("--why", action="store_true", help="also how it came to be, and who should be there and is not")
    _ahead(_verb(verbs, "week", _reads(roster_views.week), "each shift and who works it"), 7)
    _ahead(_verb(verbs, "gaps", _reads(roster_views.gap_list), "what is wrong with the days to come"), 14)
    changes = _verb(verbs, "changes", _reads(roster_views.entries), "what was entered")
    _ahead(changes, 60)
    changes.add_argument("--removed", action="store_true", help="also what was taken back")
    _add_entries(verbs)
    _add_files(verbs)
    return parser


def _add_entries(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    leave = _entry(verbs, "leave", roster_entries.leave, "somebody is away")
    leave.add_argument("--instead", metavar="NAME", type=_name, help="who works for them")
    override = _entry(verbs, "override", roster_entries.override, "somebody works instead of another, or as well")
    override.add_argument("--instead-of", metavar="NAME", type=_name, help="default: as well as those who are planned")
    swap = _entry(verbs, "swap", roster_entries.swap, "two people work each other's duties")
    swap.add_argument("other", metavar="OTHER", type=_name)
    remove = _verb(verbs, "remove", _writes(roster_entries.remove), "take an entry back")
    remove.add_argument("id", metavar="ID", help="see `wardbell roster changes`")
    _add_by(remove)
    _add_reason(remove)


def _add_files(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    words = "enter the events of an iCalendar file; read again, entries follow their events"
    read = _verb(verbs, "import", _take_file, words)
    read.add_argument("file", metavar="FILE", type=Path)
    read.add_argument(
        "--agent", metavar="NAME", type=_name, help="whose; default: each title begins with a name, `ana: ill`"
    )
    read.add_argument("--as", dest="kind", choices=("leave", "override"), default="leave", help="default %(default)s")
    ahead = "how far ahead an event that repeats is entered; default %(default)s"
    read.add_argument("--days", metavar="N", type=days_up_to(366), default=366, help=ahead)
    read.add_argument("--dry-run", action="store_true", help="say what it comes to, and change nothing")
    _add_by(read)
    write = _verb(verbs, "export", _reads(roster_entries.write_file), "write duties as an iCalendar file")
    write.add_argument("file", metavar="FILE", type=Path, help="- for the standard output")
    write.add_argument("--agent", metavar="NAME", help="only theirs")
    _ahead(write, 28)


def _entry(
    verbs: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, done: Done, words: str
) -> argparse.ArgumentParser:
    verb = _verb(verbs, name, _writes(done), words)
    verb.add_argument("agent", metavar="NAME", type=_name)
    verb.add_argument("--from", dest="from_", metavar="TIME", help="default now")
    verb.add_argument("--until", metavar="TIME")
    verb.add_argument("--on", metavar="DAY", help="instead of both: the whole duties that begin on that day")
    _add_by(verb)
    _add_reason(verb)
    return verb


def _add_by(verb: argparse.ArgumentParser) -> None:
    who = getpass.getuser()
    verb.add_argument("--by", metavar="NAME", type=_name, default=who, help="who says so; default %(default)s")


def _add_reason(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--reason", metavar="TEXT", type=_reason, default="")


def _verb(
    verbs: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    run: Run,
    words: str,
) -> argparse.ArgumentParser:
    verb = verbs.add_parser(name, help=words, description=words)
    verb.set_defaults(run=run)
    if name != "remove":
        verb.add_argument("--roster", metavar="NAME", help="default: all")
    paths.add_language(verb, TEXTS)
    add_database(verb)
    return verb


def _ahead(verb: argparse.ArgumentParser, days: int) -> None:
    verb.add_argument("--from", dest="from_", metavar="TIME", help="default now")
    verb.add_argument("--days", metavar="N", type=days_up_to(366), default=days, help="default %(default)s")


def _name(text: str) -> str:
    if not 1 <= len(text) <= 64 or not text.isprintable():
        raise argparse.ArgumentTypeError("give a name of 1 to 64 characters")
    return text


def _reason(text: str) -> str:
    if len(text) > 256 or not text.isprintable():
        raise argparse.ArgumentTypeError("give at most 256 characters")
    return text
