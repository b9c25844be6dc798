"""From the rows of a table to residents, and what is wrong with which row."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from wardbell_callcenter.findings import unknown
from wardbell_callcenter.house import House
from wardbell_callcenter.residents.columns import COLUMNS, NEEDED, column_of
from wardbell_callcenter.residents.resident import Resident
from wardbell_callcenter.residents.sheet import Sheet

LONGEST = {
    "resident_id": 64,
    "ward": 64,
    "room": 64,
    "bed": 64,
    "name": 128,
    "key_carer": 64,
    "priority_class": 64,
}  # as the database keeps them
HIGHEST_LEVEL = 9
LONGEST_TEXT = 256  # as a seat shows it
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_BETWEEN_RISKS = re.compile(r"[;；、|\n]+")


@dataclass(frozen=True)
class Problem:
    """What is wrong in a row (0: in the head), in the column of which title, and what to do."""

    row: int
    column: str
    remedy: str


@dataclass(frozen=True)
class Reading:
    """What a table says. `unread`: residents of whom a wrong row speaks; `is_whole`: every wrong row says of whom it speaks."""

    residents: list[Resident]
    problems: list[Problem]
    unread: frozenset[str]
    is_whole: bool


def read_residents(sheet: Sheet, house: House, only_ward: str = "") -> Reading:
    """All rows that are right, and all problems of the others.

    Args:
        only_ward: the table is of that ward; a row of another one is wrong.
    """
    columns = [column_of(title) for title in sheet.head]
    problems = list(_head_problems(sheet.head, columns))
    if problems:
        return Reading([], problems, frozenset(), is_whole=False)
    titles = {column: title for column, title in zip(columns, sheet.head, strict=True) if column}
    residents: list[Resident] = []
    unread, is_whole = set(), True
    seen: dict[str, int] = {}
    for number, cells in sheet.rows:
        row = _Row.of(sheet.head, columns, cells)
        wrong = [*_row_problems(row, house, only_ward), *_twice(row, seen, number)]
        problems += [Problem(number, titles.get(column, column), remedy) for column, remedy in wrong]
        if not wrong:
            residents.append(row.resident())
        elif row.known["resident_id"]:
            unread.add(row.known["resident_id"])
        else:
            is_whole = False
    return Reading(residents, problems, frozenset(unread), is_whole)


@dataclass(frozen=True)
class _Row:
    """`known`: cells of COLUMNS; `own`: of the house's own columns, where there is something in them."""

    known: Mapping[str, str]
    own: Mapping[str, str]
    is_too_long: bool

    @classmethod
    def of(cls, head: list[str], columns: list[str | None], cells: list[str]) -> "_Row":
        named = list(zip(head, columns, cells, strict=False))  # a row may end early
        known = dict.fromkeys(COLUMNS, "") | {column: cell for _, column, cell in named if column}
        own = {title: cell for title, column, cell in named if column is None and cell}
        return cls(known, own, any(cells[len(head) :]))

    @property
    def risks(self) -> tuple[str, ...]:
        return tuple(part.strip() for part in _BETWEEN_RISKS.split(self.known["risks"]) if part.strip())

    def resident(self) -> Resident:
        known = self.known
        return Resident(
            resident_id=known["resident_id"],
            ward=known["ward"],
            room=known["room"],
            bed=known["bed"],
            name=known["name"],
            care_level=int(known["care_level"] or 0),
            priority_class=known["priority_class"],
            key_carer=known["key_carer"],
            risks=self.risks,
            fields=dict(self.own),
        )


def _head_problems(head: list[str], columns: list[str | None]) -> Iterator[Problem]:
    for needed in NEEDED:
        if needed not in columns:
            yield Problem(
                0,
                needed,
                f"there is no such column; call one {' or '.join(COLUMNS[needed][:1] + COLUMNS[needed][-2:])}",
            )
    for at, (title, column) in enumerate(zip(head, columns, strict=True), 1):
        if not title:
            yield Problem(0, f"column {at}", "it has no title")
        elif title in head[: at - 1] or (column is not None and column in columns[: at - 1]):
            yield Problem(0, title, "there are two columns of it")
        elif len(title) > 64:
            yield Problem(0, title[:20] + "…", "a title has at most 64 characters")


def _row_problems(row: _Row, house: House, only_ward: str) -> Iterator[tuple[str, str]]:
    known = row.known
    if row.is_too_long:
        yield "the row", "it has more cells than the head has titles"
    for name in NEEDED:
        if not known[name]:
            yield name, "it is empty"
    level = known["care_level"]
    if level and not (level.isascii() and level.isdigit() and int(level) <= HIGHEST_LEVEL):
        yield "care_level", f'"{level[:40]}" is no number from 0 to {HIGHEST_LEVEL}, where more is more care'
    ward, carer = known["ward"], known["key_carer"]
    if house.wards and ward and ward not in house.wards:
        yield "ward", unknown("", ward, "ward", house.wards).remedy
    elif only_ward and ward and ward != only_ward:
        yield "ward", f"this table is of {only_ward}; leave --ward out, or the row"
    if house.agents and carer and carer not in house.agents:
        yield "key_carer", unknown("", carer, "agent", house.agents).remedy
    if known["priority_class"] and known["priority_class"] not in house.priorities.classes:
        wrong = unknown("", known["priority_class"], "class of `priorities.classes`", house.priorities.classes)
        yield "priority_class", wrong.remedy
    yield from _not_shown(row)


def _not_shown(row: _Row) -> Iterator[tuple[str, str]]:
    """A card that a seat does not take would keep the whole offer from it."""
    texts = [(name, cell) for name, cell in row.known.items() if name not in ("risks", "care_level")]
    for column, text in [*texts, *row.own.items(), *(("risks", risk) for risk in row.risks)]:
        longest = LONGEST.get(column, LONGEST_TEXT)
        if len(text) > longest:
            yield column, f"it has more than {longest} characters"
        if _CONTROL.search(text):
            yield column, "it has a line break or another control character"


def _twice(row: _Row, seen: dict[str, int], number: int) -> Iterator[tuple[str, str]]:
    """A resident or a bed that another row has. `seen`: in which row what was first."""
    known = row.known
    keys = [("resident_id", known["resident_id"])] if known["resident_id"] else []
    if known["bed"]:
        keys.append(("bed", f"{known['ward']}/{known['room']}-{known['bed']}"))
    for column, name in keys:
        first = seen.setdefault(f"{column} {name}", number)
        if first != number:
            yield column, f"{name} stands in row {first}, too"
