"""The parts list of a circuit."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from wardbell_hw.circuit import UNFITTED_FOR, Circuit, Item

# Classes of the price of one piece when a few are bought, in euros of 2025; taken from memory of shops, not from a quotation.
PRICES = {"A": "below 0.50", "B": "0.50 to 2", "C": "2 to 10", "D": "10 to 30"}


@dataclass(frozen=True)
class Line:
    """One line of the list: the same part, bought `count` times, and where it goes."""

    count: int
    references: str
    value: str
    item: Item
    needed_for: str


def lines(circuit: Circuit) -> list[Line]:
    """What to buy for one board, in the order of the references' letters; options apart."""
    groups: dict[tuple[str, str, str], list[tuple[str, Item]]] = {}
    for block in circuit.blocks:
        for part in block.parts:
            needed_for = block.option if part.is_fitted else UNFITTED_FOR
            groups.setdefault((part.value, part.item.number, needed_for), []).append((part.reference, part.item))
    found = []
    for (value, _, needed_for), members in groups.items():
        references = sorted((reference for reference, _ in members), key=_order)
        found.append(Line(len(members), " ".join(references), value, members[0][1], needed_for))
    found.sort(key=lambda line: (bool(line.needed_for), line.needed_for, _order(line.references.split()[0])))
    return found + [Line(count, "", "", item, "") for count, item in circuit.extras]


def _order(reference: str) -> tuple[str, int]:
    letters = re.match(r"[A-Z]+", reference)
    assert letters is not None, reference
    return letters.group(), int(reference[letters.end() :])


def as_csv(circuit: Circuit) -> str:
    """The list for a shop's upload form."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("count", "references", "value", "what", "maker", "number", "price class", "needed for", "remark"))
    for line in lines(circuit):
        item = line.item
        writer.writerow(
            (
                line.count,
                line.references,
                line.value,
                item.what,
                item.maker,
                item.number,
                item.price,
                line.needed_for,
                item.remark,
            )
        )
    return text.getvalue()


def as_table(circuit: Circuit) -> Iterator[str]:
    """The list for a reader, as lines of Markdown."""
    yield "| n | references | value | what | maker and number | price | only for |"
    yield "|---|---|---|---|---|---|---|"
    for line in lines(circuit):
        item = line.item
        what = f"{item.what}; {item.remark}" if item.remark else item.what
        bought = f"{what} | {item.maker} {item.number} | {item.price} | {line.needed_for}"
        yield f"| {line.count} | {line.references} | {line.value} | {bought} |"
