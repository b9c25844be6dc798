"""`wardbell house`: the document that says who is asked, when and how."""

import argparse
import getpass
import os
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from time import time_ns
from zoneinfo import ZoneInfo

from wardbell_bus import paths
from wardbell_bus.columns import aligned
from wardbell_callcenter.api.token_command import add_token
from wardbell_callcenter.database_option import EX_CONFIG, add_by, add_database, failed, with_store
from wardbell_callcenter.house import House, decode_house
from wardbell_callcenter.house_checks import house_findings
from wardbell_callcenter.house_wording import TEXTS, Wording
from wardbell_callcenter.people.audit_command import add_audit
from wardbell_callcenter.people.secret import SALT_BYTES, make_secret
from wardbell_callcenter.store.house_rows import HouseForm
from wardbell_callcenter.store.store import Store
from wardbell_protocol.errors import ConfigError

COMMAND = "wardbell house"
EXAMPLES = """examples:
  wardbell house init house.json                 a document to begin with: change its names, then
  wardbell house check house.json                says all that is wrong with it, and changes nothing
  wardbell house apply house.json --by chen      from now on it counts; the call centre need not be started again
  wardbell house show > house.json               the document that counts
  wardbell house history --lang zh_CN
  wardbell house show --revision 3 > old.json && wardbell house apply old.json       back to what was
  wardbell house secret                          asks for a secret twice, prints what to write into `agents.NAME.secret`
  wardbell house token nurse-1 --label tablet    a token for the API, shown once
  wardbell house audit --days 7                  who did what to whom
"""
STARTER = Path(__file__).parent / "starter_house.json"


def main(argv: list[str]) -> int:
    """Do what is asked; 2 for a bad call, 75 where the database does not answer, 78 for a document with something wrong."""
    options = _parser().parse_args(argv)
    run: Callable[[argparse.Namespace], int] = options.run
    return run(options)


def _init(options: argparse.Namespace) -> int:
    file: Path = options.file
    try:
        with file.open("xb") as made:
            made.write(STARTER.read_bytes())
    except OSError as error:
        return failed(COMMAND, f"{file}: cannot be made ({error.strerror}); give another name", EX_CONFIG)
    print(Wording(options.lang).text("made", file=file))
    return 0


def _check(options: argparse.Namespace) -> int:
    read = _read(options.file)
    if read is None:
        return EX_CONFIG
    words = Wording(options.lang)
    print(words.text("right", file=options.file, summary=words.summary(read[1])))
    return 0


def _apply(options: argparse.Namespace) -> int:
    read = _read(options.file)
    if read is None:
        return EX_CONFIG
    document, house = read
    words = Wording(options.lang)

    def put(store: Store) -> int:
        with store.writing() as ledger:
            newest = ledger.houses.newest()
            if newest is not None and newest.document == document:
                print(words.text("same", revision=newest.revision))
                return 0
            now_ms, before = time_ns() // 1_000_000, ledger.houses.newest_revision()
            revision = ledger.houses.put(document, options.by, now_ms)
            ledger.audit.append(now_ms, options.by, "put_house", of=f"revision {revision}", was=str(before))
        print(words.text("revision", revision=revision, summary=words.summary(house)))
        return 0

    return with_store(COMMAND, options, put, makes=True)


def _read(file: Path) -> tuple[bytes, House] | None:
    """A document that is right, as bytes and decoded; None, once all that is wrong has been said."""
    try:
        document = file.read_bytes()
        house = decode_house(document, str(file))
    except OSError as error:
        failed(
            COMMAND,
            f"{file}: cannot be read ({error.strerror}); give its path, or begin one with `wardbell house init FILE`",
            EX_CONFIG,
        )
        return None
    except ConfigError as error:
        failed(COMMAND, str(error), EX_CONFIG)
        return None
    findings = house_findings(house)
    for finding in findings:
        failed(COMMAND, f"{file}: {finding.key}: {finding.remedy}", EX_CONFIG)
    return None if findings else (document, house)


def _show(options: argparse.Namespace) -> int:
    def show(store: Store) -> int:
        with store.reading() as ledger:
            form = ledger.houses.newest() if options.revision is None else ledger.houses.at(options.revision)
        if form is None:
            wanted = (
                "no house has been described"
                if options.revision is None
                else f"there is no revision {options.revision}"
            )
            return failed(COMMAND, f"{wanted}; see `wardbell house history`, `wardbell house apply FILE`", EX_CONFIG)
        sys.stdout.write(form.document.decode())
        return 0

    return with_store(COMMAND, options, show)


def _history(options: argparse.Namespace) -> int:
    def history(store: Store) -> int:
        with store.reading() as ledger:
            forms = ledger.houses.history(options.limit)
        words, zone = Wording(options.lang), _zone(forms)
        rows = [_row(form, words, zone) for form in forms]
        print("\n".join(aligned([words.head("history"), *rows])))
        return 0

    return with_store(COMMAND, options, history)


def _zone(forms: list[HouseForm]) -> ZoneInfo:
    try:
        return ZoneInfo(decode_house(forms[0].document, "house").time_zone) if forms else ZoneInfo("UTC")
    except ConfigError:
        return ZoneInfo("UTC")


def _row(form: HouseForm, words: Wording, zone: ZoneInfo) -> tuple[str, ...]:
    at = datetime.fromtimestamp(form.at_ms / 1000, zone).isoformat(" ", "seconds")
    try:
        summary = words.summary(decode_house(form.document, f"revision {form.revision}"))
    except ConfigError:
        summary = words.text("strange")
    return str(form.revision), at, form.by, summary


def _secret(options: argparse.Namespace) -> int:  # noqa: ARG001
    if sys.stdin.isatty():
        said, again = getpass.getpass("secret: "), getpass.getpass("again: ")
        if said != again:
            return failed(COMMAND, "the two are not the same; nothing was made", 1)
    else:
        said = sys.stdin.readline().rstrip("\n")
    if not said:
        return failed(COMMAND, "an empty secret lets everybody in; give one", 1)
    print(make_secret(said, os.urandom(SALT_BYTES)))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=COMMAND,
        description="The house's document: wards, people, policies, rosters, rules.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    for name, run, words in (
        ("init", _init, "write a document to begin with"),
        ("check", _check, "say all that is wrong with a document, and change nothing"),
        ("apply", _apply, "check a document, and let it count from now on"),
    ):
        verb = verbs.add_parser(name, help=words, description=words)
        verb.add_argument("file", metavar="FILE", type=Path)
        paths.add_language(verb, TEXTS)
        verb.set_defaults(run=run)
        if name == "apply":
            add_by(verb)
            add_database(verb)
    show = verbs.add_parser("show", help="print the document that counts")
    show.add_argument("--revision", metavar="N", type=int, help="an earlier one")
    show.set_defaults(run=_show)
    history = verbs.add_parser("history", help="who changed it when")
    history.add_argument("--limit", metavar="N", type=int, default=20, help="newest only; default %(default)s")
    history.set_defaults(run=_history)
    paths.add_language(history, TEXTS)
    for verb in (show, history):
        add_database(verb)
    secret = verbs.add_parser("secret", help="make what to write into `agents.NAME.secret`")
    secret.set_defaults(run=_secret)
    add_token(verbs)
    add_audit(verbs)
    return parser
