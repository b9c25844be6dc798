"""The wiring picture: the processor board as it lies on the table, and what each of its pins leads to."""

from collections.abc import Iterator
from xml.sax.saxutils import escape

from wardbell_hw.circuit import GROUND, SUPPLIES, Circuit
from wardbell_hw.wires import BoardPin, board_pins, is_rail, wire_of

_ROW = 46
_BOARD_WIDTH = 220
_REACH = 560  # from the board's edge to the picture's
_TOP = 120
_COLOURS = ("#c98a00", "#546e7a", "#1565c0", "#6a1b9a", "#c2410c", "#6d4c41", "#00838f", "#ad1457")
_LAMP_COLOURS = {
    "RED": "#e57373",
    "GREEN": "#2e7d32",
}  # by the end of the net's name: nobody is to solder the lamp by a wrong one
_FONT = "font-family='DejaVu Sans, Arial, sans-serif'"


def wiring(circuit: Circuit) -> str:
    """The picture as SVG."""
    pins = board_pins(circuit)
    half = len(pins) // 2
    below = list(_modules(circuit))
    bottom = _TOP + half * _ROW + 60
    width, height = 2 * _REACH + _BOARD_WIDTH, bottom + 24 * len(below) + 40
    listed = [
        _text(20, bottom + 24 * row, text, 14, weight="bold" if row == 0 else "normal")
        for row, text in enumerate(below)
    ]
    body = "\n".join([*_board(circuit, half), *_sides(circuit, pins, half), *listed])
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}' width='{width}' height='{height}'>\n"
        f"<rect width='{width}' height='{height}' fill='#ffffff'/>\n{body}\n</svg>\n"
    )


def _board(circuit: Circuit, half: int) -> Iterator[str]:
    x, y = _REACH, _TOP - 30
    yield _text(20, 34, circuit.title + ": wiring", 24, weight="bold")
    yield _text(20, 58, "Seen from above, USB up. Boxes: parts in line with the pin.", 14, "#555555")
    yield _text(20, 78, "Small print: what else hangs on the wire.", 14, "#555555")
    yield f"<rect x='{x}' y='{y}' width='{_BOARD_WIDTH}' height='{half * _ROW + 40}' rx='12' fill='#e3efe3' stroke='#2f5d36'/>"
    yield f"<rect x='{x + 80}' y='{y - 14}' width='60' height='34' rx='4' fill='#c9ccd1' stroke='#6b7280'/>"
    yield _text(x + 110, y + 8, "USB", 14, "#333333", "middle")
    yield _text(x + 110, y + half * _ROW + 30, circuit.part("A1").value, 15, "#2f5d36", "middle", "bold")


def _modules(circuit: Circuit) -> Iterator[str]:
    yield "All pins of the modules: pin = net (the sheet has the rest)"
    for part in circuit.parts():
        if part.symbol.shows_pins and part.reference != "A1":
            pins = ",  ".join(
                f"{pin.name} = {part.nets[pin.number]}" for pin in part.symbol.pins if part.nets[pin.number]
            )
            yield f"{part.reference} {part.value}:  {pins}"


def _sides(circuit: Circuit, pins: list[BoardPin], half: int) -> Iterator[str]:
    coloured = 0
    for row in range(half):
        for pin, side in ((pins[row], -1), (pins[-1 - row], 1)):
            y = _TOP + row * _ROW + 20
            if pin.net is None:
                colour = "#b0b0b0"
            elif is_rail(pin.net):
                colour = "#111111" if pin.net == GROUND else "#c62828"
            elif pin.net.rsplit("_")[-1] in _LAMP_COLOURS:
                colour = _LAMP_COLOURS[pin.net.rsplit("_")[-1]]
            else:
                colour = _COLOURS[coloured % len(_COLOURS)]
                coloured += 1
            yield from _pin(circuit, pin, side, y, colour)


def _pin(circuit: Circuit, pin: BoardPin, side: int, y: int, colour: str) -> Iterator[str]:
    edge = _REACH if side < 0 else _REACH + _BOARD_WIDTH
    inside = "start" if side < 0 else "end"
    outside = "end" if side < 0 else "start"
    yield f"<circle cx='{edge}' cy='{y}' r='7' fill='#f4d58d' stroke='#7a5c00'/>"
    yield _text(
        edge - side * 14,
        y + 5,
        f"{pin.number}  {pin.name}" if side < 0 else f"{pin.name}  {pin.number}",
        14,
        "#222222",
        inside,
    )
    if pin.net is None:
        return
    x = edge + side * 34
    yield _line(edge + side * 7, x, y, colour)
    if is_rail(pin.net):
        kind = "ground" if pin.net == GROUND else "supply" if pin.net in SUPPLIES else ""
        yield _text(x + side * 8, y + 5, f"{pin.net} ({kind} rail)", 14, colour, outside, "bold")
        return
    wire = wire_of(circuit, pin.net)
    if wire.chain:
        yield _line(x, edge + side * 166, y, colour)
    yield _text(x + side * 4, y - 6, pin.net, 13, colour, outside, "bold")
    x = edge + side * 162
    for text in wire.chain:
        length = 9 * len(text) + 14
        yield _line(x, x + side * 14, y, colour)
        left = x + 14 if side > 0 else x - 14 - length
        yield f"<rect x='{left}' y='{y - 13}' width='{length}' height='26' rx='5' fill='#fffdf3' stroke='{colour}'/>"
        yield _text(left + length / 2, y + 5, text, 14, "#222222", "middle")
        x += side * (length + 14)
    if wire.sides:
        yield _text(edge + side * 40, y + 25, ", ".join(wire.sides), 12, "#666666", outside)


def _line(x1: float, x2: float, y: float, colour: str) -> str:
    return f"<line x1='{x1}' y1='{y}' x2='{x2}' y2='{y}' stroke='{colour}' stroke-width='4'/>"


def _text(
    x: float, y: float, text: str, size: int, colour: str = "#222222", anchor: str = "start", weight: str = "normal"
) -> str:
    style = f"{_FONT} font-size='{size}' font-weight='{weight}' fill='{colour}' text-anchor='{anchor}'"
    return f"<text x='{x}' y='{y}' {style}>{escape(text)}</text>"
