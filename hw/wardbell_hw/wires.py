"""What each pin of the processor board leads to, followed through the circuit's nets."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from wardbell_hw.circuit import GROUND, SUPPLIES, UNFITTED_FOR, Circuit, Part


@dataclass
class Wire:
    """A pin's net: the parts in line with it, one after the other, and those that hang from it to a supply or ground."""

    net: str
    chain: list[str] = field(default_factory=list)
    sides: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class BoardPin:
    """One pin of the processor board as it lies on the table."""

    number: int
    name: str
    net: str | None


def board_pins(circuit: Circuit) -> list[BoardPin]:
    """The board's pins by number."""
    board = circuit.part("A1")
    return sorted(
        (BoardPin(int(pin.number), pin.name, board.nets[pin.number]) for pin in board.symbol.pins),
        key=lambda pin: pin.number,
    )


def is_rail(net: str) -> bool:
    """Whether it is a supply or ground."""
    return net == GROUND or net in SUPPLIES


def wire_of(circuit: Circuit, net: str) -> Wire:
    """Follow a signal from the board outwards."""
    wire = Wire(net)
    joined = circuit.nets()
    waiting, seen = [net], {net, "A1"}
    before: dict[str, str] = {}  # the part that a farther net lies behind
    sides: dict[str, list[str]] = {}
    while waiting:
        here = waiting.pop(0)
        for reference, number in sorted(joined[here]):
            if reference in seen:
                continue
            seen.add(reference)
            part = circuit.part(reference)
            others = {other for pin, other in part.nets.items() if pin != number and other is not None}
            if part.symbol.letter == "JP":
                wire.chain.append(reference)
            elif len(part.symbol.pins) != 2:
                wire.chain.append(f"{reference} {part.value}: {part.symbol.pin(number).name}")
            elif part.symbol.letter in ("SW", "BZ", "LS"):
                wire.chain.append(f"{reference} {part.value}")
            elif any(is_rail(other) for other in others):
                left_out = "" if part.is_fitted else f", left out but for {UNFITTED_FOR}"
                sides.setdefault(before.get(here, ""), []).append(f"{_text(part)} to {others.pop()}{left_out}")
            else:
                wire.chain.append(_text(part))
                waiting += sorted(others - seen)
                before.update(dict.fromkeys(others, reference))
                seen |= others
    wire.sides = sides.pop("", []) + [f"behind {part}: {', '.join(texts)}" for part, texts in sides.items()]
    return wire


def _text(part: Part) -> str:
    return f"{part.reference} {part.value}"


def signals(circuit: Circuit) -> Iterator[tuple[BoardPin, Wire]]:
    """Each pin that carries a name of the pin map, with what it leads to."""
    for pin in board_pins(circuit):
        if pin.net is not None and not is_rail(pin.net):
            yield pin, wire_of(circuit, pin.net)


def nets_csv(circuit: Circuit) -> str:
    """The netlist for a reader with a meter: each net and the pins that it joins, as part.pin."""
    rows = ["net,pins"]
    for net, pins in sorted(circuit.nets().items()):
        rows.append(f"{net},{' '.join(f'{reference}.{number}' for reference, number in sorted(pins))}")
    return "\n".join(rows) + "\n"
