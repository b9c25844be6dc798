"""`wardbell house token`: who may speak to the API."""

import argparse
import getpass
from datetime import UTC, datetime
from time import time_ns

from wardbell_bus import paths
from wardbell_bus.columns import aligned
from wardbell_callcenter.api import tokens
from wardbell_callcenter.database_option import EX_CONFIG, add_database, failed, with_store
from wardbell_callcenter.days_option import days_up_to
from wardbell_callcenter.house_wording import TEXTS, Wording
from wardbell_callcenter.houses import Houses
from wardbell_callcenter.people.permissions import person
from wardbell_callcenter.store.store import Store
from wardbell_callcenter.store.token_rows import TokenRow

COMMAND = "wardbell house token"
EXAMPLES = """examples:
  wardbell house token nurse-1 --label tablet    prints a token, once: only its digest is kept
  wardbell house token door --days 365
  wardbell house token --list
  wardbell house token --revoke 3f9a0c21b7de     as the list names it
"""


def add_token(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The verb `token`."""
    verb = verbs.add_parser(
        "token",
        help="make a token for the API, list them, revoke one",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    what = verb.add_mutually_exclusive_group(required=True)
    what.add_argument("name", metavar="NAME", nargs="?", help="of the agent, or the machine of role `interface`")
    what.add_argument("--list", action="store_true", help="all of them, with when they were made and end")
    what.add_argument("--revoke", metavar="ID", help="take that one no more, from now on")
    verb.add_argument("--label", metavar="TEXT", type=_label, default="", help="where it is used, for the list")
    verb.add_argument(
        "--days", metavar="N", type=days_up_to(3660), help="it ends by itself after so many; else when it is revoked"
    )
    add_database(verb)
    paths.add_language(verb, TEXTS)
    verb.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Make one, list them, or revoke one."""
    work = _list if options.list else _revoke if options.revoke else _make
    return with_store(COMMAND, options, lambda store: work(store, options))


def _make(store: Store, options: argparse.Namespace) -> int:
    now_ms = time_ns() // 1_000_000
    until_ms = None if options.days is None else now_ms + options.days * 86_400_000
    with store.writing() as ledger:
        if person(Houses().newest(ledger.houses), options.name) is None:
            why = f"{options.name}: the house's document has no such agent; `wardbell house show` says which there are"
            return failed(COMMAND, why, EX_CONFIG)
        token, row = tokens.make(options.name, options.label, now_ms, until_ms)
        ledger.tokens.add(row)
        ledger.audit.append(now_ms, getpass.getuser(), "make_token", options.name, options.label)
    print(token)
    return 0


def _list(store: Store, options: argparse.Namespace) -> int:
    now_ms, words = time_ns() // 1_000_000, Wording(options.lang)
    with store.reading() as ledger:
        rows = ledger.tokens.everyone()
    cells = [
        (row.digest[: tokens.SHOWN], _day(row.made_at_ms), _ends(row, now_ms, words), row.agent, row.label)
        for row in rows
    ]
    print("\n".join(aligned([words.head("tokens"), *cells])) if cells else words.text("no_tokens"))
    return 0


def _revoke(store: Store, options: argparse.Namespace) -> int:
    beginning: str = options.revoke.lower()
    with store.writing() as ledger:
        known = [row.digest for row in ledger.tokens.everyone() if row.digest.startswith(beginning)]
        if len(known) != 1 or len(beginning) < 8:
            why = f"{options.revoke}: not the id of one token; `wardbell house token --list` shows them"
            return failed(COMMAND, why, EX_CONFIG)
        ledger.tokens.revoke(known[0])
        ledger.audit.append(time_ns() // 1_000_000, getpass.getuser(), "revoke_token", beginning)
    return 0


def _ends(row: TokenRow, now_ms: int, words: Wording) -> str:
    if row.is_revoked:
        return words.text("revoked")
    if row.until_ms is None:
        return "-"
    return _day(row.until_ms) if now_ms < row.until_ms else words.text("ended")


def _day(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).date().isoformat()


def _label(text: str) -> str:
    if len(text) > 64 or not text.isprintable():
        raise argparse.ArgumentTypeError("give at most 64 characters")
    return text
