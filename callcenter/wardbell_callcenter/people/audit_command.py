"""`wardbell house audit`: who did what to whom, and whether that is still what was written down."""

import argparse
import re
from datetime import UTC, datetime
from time import time_ns

from wardbell_callcenter.database_option import add_database, with_store
from wardbell_callcenter.days_option import days_up_to
from wardbell_callcenter.store.audit_rows import Entry, Head
from wardbell_callcenter.store.store import Store

COMMAND = "wardbell house audit"
EXAMPLES = """examples:
  wardbell house audit --days 7
  wardbell house audit --verify                       status 1 and the first row that does not stand
  wardbell house audit --verify --seal 41:9f0c…       41 and its seal as noted then: cut-off rows show, too
"""
_SEAL = re.compile(r"([1-9][0-9]{0,17}):([0-9a-f]{64})")
_AT_MOST = 10_000


def add_audit(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The verb `audit`."""
    verb = verbs.add_parser(
        "audit",
        help="who did what to whom; whether it is what was written down",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verb.add_argument(
        "--days", metavar="N", type=days_up_to(36500), default=30, help="how far back; default %(default)s"
    )
    verb.add_argument("--verify", action="store_true", help="try all seals, and say the newest, to be noted elsewhere")
    verb.add_argument("--seal", metavar="N:SEAL", type=_head, help="that an earlier --verify said; with --verify")
    add_database(verb)
    verb.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """List, or verify."""
    work = _verify if options.verify or options.seal else _list
    return with_store(COMMAND, options, lambda store: work(store, options))


def _list(store: Store, options: argparse.Namespace) -> int:
    now_ms = time_ns() // 1_000_000
    with store.reading() as ledger:
        entries = ledger.audit.between(now_ms - options.days * 86_400_000, now_ms + 86_400_000, _AT_MOST)
    for entry in entries:
        print(_line(entry))
    return 0


def _verify(store: Store, options: argparse.Namespace) -> int:
    with store.reading() as ledger:
        broken, head = ledger.audit.verify(options.seal), ledger.audit.head()
    if broken is not None:
        print(f"row {broken} is not what was written down, or is missing")
        return 1
    print(f"{head.entry} rows stand; the newest: {head.entry}:{head.seal}")
    return 0


def _line(entry: Entry) -> str:
    when = datetime.fromtimestamp(entry.at_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    detail = " ".join(f"{name}={value}" for name, value in sorted(entry.detail.items()) if value)
    said = "  ".join(text for text in (entry.what, entry.of, entry.reason, detail) if text)
    return f"{entry.entry}  {when}  {entry.by}  {said}"


def _head(text: str) -> Head:
    form = _SEAL.fullmatch(text)
    if form is None:
        raise argparse.ArgumentTypeError("give it as --verify said it, N:SEAL")
    return Head(int(form[1]), form[2])
