"""`wardbell residents`: who lives where, from the table that the house keeps."""

import argparse
import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from time import time_ns

from wardbell_bus import paths
from wardbell_bus.columns import aligned
from wardbell_callcenter.database_option import EX_CONFIG, add_by, add_database, failed, with_store
from wardbell_callcenter.houses import Houses
from wardbell_callcenter.residents.changes import Changes, changes_of
from wardbell_callcenter.residents.reading import Reading, read_residents
from wardbell_callcenter.residents.sheet import Sheet, read_sheet
from wardbell_callcenter.residents.wording import TEXTS, Wording
from wardbell_callcenter.store.ledger import Ledger
from wardbell_callcenter.store.store import Store
from wardbell_protocol.errors import ConfigError

COMMAND = "wardbell residents"
EXAMPLES = """examples:
  wardbell residents import residents.xlsx --dry-run     what would change; nothing is stored
  wardbell residents import residents.xlsx
  wardbell residents import east.csv --ward east         a table of one ward: nobody of another one has moved out
  wardbell residents list --ward east --lang zh_CN
  wardbell residents show r17

Columns, in any order: resident_id (编号), ward (病区), room (房间), name (姓名), and where there are such: bed (床位),
care_level (护理等级, 0 to 9, more is more care), priority_class (优先级, of `priorities.classes` in the house's document),
key_carer (责任护士, an agent's name), risks (风险, with ; between them).
Every other column is shown to whoever is asked to go there, under its own title. The table says
all: whoever is not in it has moved out. CSV may be UTF-8, UTF-16 or GB18030.
"""


def main(argv: list[str]) -> int:
    """Do what is asked; 2 for a bad call, 75 where the database does not answer, 78 for a table with something wrong."""
    options = _parser().parse_args(argv)
    run: Callable[[argparse.Namespace], int] = options.run
    return run(options)


def _import(options: argparse.Namespace) -> int:
    try:
        sheet = read_sheet(options.file)
    except ConfigError as error:
        return failed(COMMAND, str(error), EX_CONFIG)

    def take(store: Store) -> int:
        if options.dry_run:
            with store.reading() as ledger:
                return _take(ledger, sheet, options)
        with store.writing() as ledger:
            return _take(ledger, sheet, options)

    return with_store(COMMAND, options, take, makes=not options.dry_run)


def _take(ledger: Ledger, sheet: Sheet, options: argparse.Namespace) -> int:
    house = Houses().newest(ledger.houses)
    if options.ward and house.wards and options.ward not in house.wards:
        raise ConfigError(
            "the house", "--ward", f"there is no ward {options.ward}; known: {', '.join(sorted(house.wards))}"
        )
    reading = read_residents(sheet, house, options.ward)
    words = Wording(options.lang)
    for problem in reading.problems:
        failed(COMMAND, f"{options.file}: {words.problem(problem)}", EX_CONFIG)
    if reading.problems and not options.skip_wrong:
        rows = len({problem.row for problem in reading.problems})
        return failed(COMMAND, words.text("wrong", rows=rows), EX_CONFIG)
    if not reading.residents:
        return failed(COMMAND, f"{options.file}: {words.text('empty')}", EX_CONFIG)
    changes = changes_of(ledger.residents.all(), reading, options.ward)
    _tell(changes, reading, sheet, words, options.dry_run)
    if not options.dry_run:
        ledger.residents.put(changes.to_store())
        new, changed, gone = (str(len(some)) for some in (changes.new, changes.changed, changes.gone))
        told = {"new": new, "changed": changed, "gone": gone}
        name = options.file.name.encode(errors="replace").decode()  # of a file system in another encoding
        ledger.audit.append(time_ns() // 1_000_000, options.by, "import_residents", of=name, **told)
    return 0


def _tell(changes: Changes, reading: Reading, sheet: Sheet, words: Wording, is_dry: bool) -> None:
    rows = words.changes(changes)
    for line in aligned(rows) if rows else ():
        print(line)
    print(words.counts(changes, sheet.form, is_dry))
    if not reading.is_whole:
        print(words.text("not_whole"))


def _list(options: argparse.Namespace) -> int:
    def show(store: Store) -> int:
        with store.reading() as ledger:
            everybody = ledger.residents.all()
        wanted = [one for one in everybody if options.ward in ("", one.ward) and (options.gone or not one.is_gone)]
        if options.json:
            print(json.dumps([asdict(resident) for resident in wanted], ensure_ascii=False, indent=1))
            return 0
        words = Wording(options.lang)
        rows = [words.row(resident) for resident in wanted]
        print("\n".join(aligned([words.head(), *rows])) if rows else words.text("none"))
        return 0

    return with_store(COMMAND, options, show)


def _show(options: argparse.Namespace) -> int:
    def show(store: Store) -> int:
        with store.reading() as ledger:
            resident = ledger.residents.get(options.resident)
        if resident is None:
            return failed(COMMAND, f"there is no resident {options.resident}; see `wardbell residents list`", EX_CONFIG)
        print(json.dumps(asdict(resident), ensure_ascii=False, indent=1))
        return 0

    return with_store(COMMAND, options, show)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=COMMAND,
        description="Who lives in which bed, and what one must know there.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    take = verbs.add_parser("import", help="take a table, CSV or XLSX")
    take.add_argument("file", metavar="FILE", type=Path)
    take.add_argument("--ward", metavar="WARD", default="", help="the table is of that ward only")
    take.add_argument("--dry-run", action="store_true", help="say what would change, and store nothing")
    take.add_argument("--skip-wrong", action="store_true", help="take the rows that are right")
    add_by(take)
    take.set_defaults(run=_import)
    listed = verbs.add_parser("list", help="who lives where")
    listed.add_argument("--ward", metavar="WARD", default="")
    listed.add_argument("--gone", action="store_true", help="also who has moved out")
    listed.add_argument("--json", action="store_true")
    listed.set_defaults(run=_list)
    shown = verbs.add_parser("show", help="all that is known of one resident, as JSON")
    shown.add_argument("resident", metavar="ID")
    shown.set_defaults(run=_show)
    for verb in (take, listed, shown):
        add_database(verb)
    for verb in (take, listed):
        paths.add_language(verb, TEXTS)
    return parser
