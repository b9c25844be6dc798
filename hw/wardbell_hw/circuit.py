"""A circuit as data: parts, the nets that their pins join, and where each stands on the sheet.

The nets are the truth. Schematic, wiring picture, parts list and pin table are made from them; a test holds the schematic's
own connections, as KiCad finds them, against them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from wardbell_hw.symbols import Symbol

Point = tuple[int, int]  # in units of 1.27 mm; x to the right, y down

SUPPLIES = ("+3V3", "VSYS", "VBUS", "VBAT", "+5V")
GROUND = "GND"
UNFITTED_FOR = "RXB6 at 5 V"  # what wants the parts that are left out else


@dataclass(frozen=True)
class Item:
    """What to buy: its maker's part number, and its price class (see `bom.PRICES`)."""

    what: str
    maker: str
    number: str
    price: str
    remark: str = ""


@dataclass(frozen=True)
class Part:
    """One part on the sheet; `nets` gives each pin's net, None for a pin that stays open."""

    reference: str
    symbol: Symbol
    value: str
    item: Item
    at: Point
    nets: dict[str, str | None]
    is_fitted: bool = True

    def pin_at(self, number: str) -> Point:
        """Where a pin ends, on the part's block."""
        pin = self.symbol.pin(number)
        return self.at[0] + pin.x, self.at[1] + pin.y


@dataclass(frozen=True)
class Label:
    """A net's name beside a wire; it points `towards` left or right."""

    net: str
    at: Point
    towards: str = "right"


@dataclass
class Block:
    """One function of the circuit: a framed part of the sheet with its title, its wires and a note."""

    title: str
    at: Point
    size: Point
    parts: list[Part] = field(default_factory=list)
    wires: list[tuple[Point, ...]] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    flags: list[tuple[str, Point]] = field(default_factory=list)  # nets that a source outside the sheet drives
    note: str = ""
    option: str = ""  # what the block is only needed for

    def wired_points(self) -> set[Point]:
        """Every corner of the block's wires."""
        return {point for wire in self.wires for point in wire}


@dataclass
class Circuit:
    """A board's whole circuit."""

    name: str
    title: str
    board: str
    pins: dict[str, int]
    blocks: list[Block]
    extras: list[tuple[int, Item]] = field(default_factory=list)  # to buy, but not on the sheet

    def parts(self) -> Iterator[Part]:
        """Every part, in the order of the blocks."""
        for block in self.blocks:
            yield from block.parts

    def nets(self) -> dict[str, set[tuple[str, str]]]:
        """The pins, as (reference, pin number), that each net joins."""
        joined: dict[str, set[tuple[str, str]]] = {}
        for part in self.parts():
            for number, net in part.nets.items():
                if net is not None:
                    joined.setdefault(net, set()).add((part.reference, number))
        return joined

    def part(self, reference: str) -> Part:
        """The part of that reference."""
        return next(part for part in self.parts() if part.reference == reference)
