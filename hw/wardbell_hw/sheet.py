"""Writes a circuit as a KiCad 9 schematic: one sheet, its symbols inside it.

What each pin joins comes from the circuit's nets. A pin that no drawn wire reaches gets a supply symbol, a label with its
net's name, or the mark of an open pin.
"""

import itertools
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator

from wardbell_hw.circuit import GROUND, SUPPLIES, Block, Circuit, Part, Point
from wardbell_hw.symbols import Pin, Symbol

UNIT_MM = 1.27
MARGIN = 12
LIBRARY = "wardbell"
_NAMES = uuid.UUID("6f1a8b52-3f3c-5a4e-9c37-2f0d4a1d7e11")
_ANGLE_OF_PIN = {"left": 0, "right": 180, "up": 270, "down": 90}  # towards the symbol's body, y up
_ANGLE_OF_LABEL = {"left": 180, "right": 0, "up": 90, "down": 270}


def schematic(circuit: Circuit) -> str:
    """The text of the .kicad_sch file."""
    return _Sheet(circuit).text()


def symbol_library(circuits: Iterable[Circuit]) -> str:
    """The text of the .kicad_sym file that holds every symbol of the sheets."""
    symbols: dict[str, Symbol] = {}
    for circuit in circuits:
        symbols.update({part.symbol.name: part.symbol for part in circuit.parts()})
    nets = sorted({net for circuit in circuits for net in _supply_nets(circuit)})
    bodies = (
        [_symbol(symbols[name], "") for name in sorted(symbols)]
        + [_supply_symbol(net, "") for net in nets]
        + [_flag_symbol("")]
    )
    return f'(kicad_symbol_lib (version 20241209) (generator "{LIBRARY}")\n' + "\n".join(bodies) + "\n)\n"


def _supply_nets(circuit: Circuit) -> set[str]:
    return {net for net in circuit.nets() if net in SUPPLIES or net == GROUND}


def _mm(units: float) -> str:
    return f"{units * UNIT_MM:.4f}".rstrip("0").rstrip(".") or "0"


def _at(x: float, y: float, angle: int = 0) -> str:
    return f"(at {_mm(x)} {_mm(y)} {angle})"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def _effects(size: float = 1.27, justify: str = "", hide: bool = False, bold: bool = False) -> str:
    justified = f" (justify {justify})" if justify and justify != "center" else ""
    return f"(effects (font (size {size} {size}){' (bold yes)' if bold else ''}){justified}{' (hide yes)' if hide else ''})"


def _stroke(width: float = 0.1524, kind: str = "default") -> str:
    return f"(stroke (width {width}) (type {kind}))"


def _drawn(kind: str, points: tuple[tuple[float, float], ...]) -> str:
    """One stroke of a symbol; the library's y goes up."""
    if kind == "box":
        (x1, y1), (x2, y2) = points
        return f"(rectangle (start {_mm(x1)} {_mm(-y1)}) (end {_mm(x2)} {_mm(-y2)}) {_stroke(0.254)} (fill (type background)))"
    if kind == "circle":
        (x1, y1), (x2, y2) = points
        radius = ((x1 - x2) ** 2 + (y1 - y2) ** 2) ** 0.5
        return f"(circle (center {_mm(x1)} {_mm(-y1)}) (radius {_mm(radius)}) {_stroke()} (fill (type none)))"
    corners = points + points[:1] if kind == "area" else points
    path = " ".join(f"(xy {_mm(x)} {_mm(-y)})" for x, y in corners)
    return f"(polyline (pts {path}) {_stroke(0.2032)} (fill (type {'outline' if kind == 'area' else 'none'})))"


def _pin(pin: Pin) -> str:
    return (
        f"(pin {pin.kind} line {_at(pin.x, -pin.y, _ANGLE_OF_PIN[pin.leads])} (length {_mm(pin.length)})"
        f" (name {_quoted(pin.name or '~')} {_effects()}) (number {_quoted(pin.number)} {_effects(1.0)}))"
    )


def _symbol(symbol: Symbol, prefix: str) -> str:
    has_numbers = symbol.shows_pins and any(pin.number != pin.name for pin in symbol.pins)
    hidden = "" if has_numbers else "(pin_numbers (hide yes)) "
    hidden += "" if symbol.shows_pins else "(pin_names (offset 0) (hide yes)) "
    fields = _property("Reference", symbol.letter, 0, 0, hide=True) + _property("Value", symbol.name, 0, 0, hide=True)
    strokes = "".join(_drawn(kind, points) for kind, points in symbol.strokes)
    pins = "".join(_pin(pin) for pin in symbol.pins)
    return (
        f'(symbol "{prefix}{symbol.name}" {hidden}(exclude_from_sim no) (in_bom yes) (on_board yes) {fields}'
        f'(symbol "{symbol.name}_0_1" {strokes}) (symbol "{symbol.name}_1_1" {pins}))'
    )


def _supply_symbol(net: str, prefix: str) -> str:
    if net == GROUND:
        strokes = "".join(_drawn("line", ((-w, 1 + d), (w, 1 + d))) for w, d in ((1.2, 0), (0.7, 0.5), (0.25, 1.0)))
        strokes += _drawn("line", ((0, 0), (0, 1)))
        angle = 270
    else:
        strokes = _drawn("line", ((0, 0), (0, -1.4))) + _drawn("line", ((-0.9, -1.4), (0.9, -1.4)))
        angle = 90
    return (
        f'(symbol "{prefix}{net}" (power) (pin_numbers (hide yes)) (pin_names (offset 0) (hide yes)) (exclude_from_sim no)'
        f" (in_bom no) (on_board yes) {_property('Reference', '#PWR', 0, 0, hide=True)}{_property('Value', net, 0, 0)}"
        f'(symbol "{net}_0_1" {strokes}) (symbol "{net}_1_1" (pin power_in line (at 0 0 {angle}) (length 0)'
        f' (name "~" {_effects()}) (number "1" {_effects()}))))'
    )


def _flag_symbol(prefix: str) -> str:
    strokes = _drawn("line", ((0, 0), (0, -1), (-0.8, -1.6), (0, -2.2), (0.8, -1.6), (0, -1)))
    return (
        f'(symbol "{prefix}PWR_FLAG" (power) (pin_numbers (hide yes)) (pin_names (offset 0) (hide yes)) (exclude_from_sim no)'
        f" (in_bom no) (on_board yes) {_property('Reference', '#FLG', 0, 0, hide=True)}{_property('Value', 'PWR_FLAG', 0, 0)}"
        f'(symbol "PWR_FLAG_0_1" {strokes}) (symbol "PWR_FLAG_1_1" (pin power_out line (at 0 0 90) (length 0)'
        f' (name "~" {_effects()}) (number "1" {_effects()}))))'
    )


def _property(name: str, value: str, x: float, y: float, justify: str = "", hide: bool = False, angle: int = 0) -> str:
    return f"(property {_quoted(name)} {_quoted(value)} {_at(x, y, angle)} {_effects(justify=justify, hide=hide)})\n"


class _Sheet:
    """The items of one sheet, with identities that stay the same from one generation to the next."""

    def __init__(self, circuit: Circuit) -> None:
        self.circuit = circuit
        self.root = uuid.uuid5(_NAMES, circuit.name)
        self.count: Counter[str] = Counter()

    def text(self) -> str:
        circuit = self.circuit
        symbols = {part.symbol.name: part.symbol for part in circuit.parts()}
        library = [_symbol(symbols[name], LIBRARY + ":") for name in sorted(symbols)]
        library += [_supply_symbol(net, LIBRARY + ":") for net in sorted(_supply_nets(circuit))] + [
            _flag_symbol(LIBRARY + ":")
        ]
        items = [line for block in circuit.blocks for line in self.block(block)]
        title = (
            f'(title_block (title {_quoted(circuit.title)}) (company "Wardbell") (comment 1 {_quoted(circuit.board)}))'
        )
        return (
            f'(kicad_sch (version 20250114) (generator "{LIBRARY}") (uuid "{self.root}")'
            f' (paper "User" {_size(circuit)})\n{title}\n(lib_symbols\n'
            + "\n".join(library)
            + "\n)\n"
            + "\n".join(items)
            + '\n(sheet_instances (path "/" (page "1")))\n)\n'
        )

    def identity(self, kind: str) -> str:
        self.count[kind] += 1
        return f'(uuid "{uuid.uuid5(self.root, f"{kind} {self.count[kind]}")}")'

    def block(self, block: Block) -> Iterator[str]:
        left, top = block.at
        right, bottom = left + block.size[0], top + block.size[1]
        yield (
            f"(rectangle (start {_mm(left)} {_mm(top)}) (end {_mm(right)} {_mm(bottom)})"
            f" {_stroke(0.15, 'dash')} (fill (type none)) {self.identity('frame')})"
        )
        yield self.writing(block.title, (left + 1, top + 1), 1.8, bold=True)
        if block.note:
            yield self.writing(block.note, (left + 1, bottom - 1), 1.27, bottom=True)
        pieces = list(self.wire_pieces(block))
        for part in block.parts:
            yield self.part(part, block.at)
            yield from self.loose_pins(part, block)
        for start, end in pieces:
            yield self.wire(start, end, block.at)
        yield from self.dots(block, pieces)
        for label in block.labels:
            yield self.label(label.net, label.at, label.towards, block.at)
        for _, at in block.flags:
            yield self.power("PWR_FLAG", at, block.at, "up")

    def writing(self, text: str, at: Point, size: float, bold: bool = False, bottom: bool = False) -> str:
        effects = _effects(size, "left bottom" if bottom else "left top", bold=bold)
        return f"(text {_quoted(text)} (exclude_from_sim no) {_at(*at)} {effects} {self.identity('text')})"

    def part(self, part: Part, origin: Point) -> str:
        symbol = part.symbol
        x, y = origin[0] + part.at[0], origin[1] + part.at[1]
        texts = ((part.reference, "Reference", symbol.reference_at), (part.value, "Value", symbol.value_at))
        fields = "".join(_property(name, text, x + dx, y + dy, justify) for text, name, (dx, dy, justify) in texts)
        fields += _property("MPN", f"{part.item.maker} {part.item.number}".strip(), x, y, hide=True)
        pins = "".join(f"(pin {_quoted(pin.number)} {self.identity('pin')})" for pin in symbol.pins)
        return self.placed(symbol.name, x, y, fields, pins, part.reference, in_bom=True, dnp=not part.is_fitted)

    def placed(
        self,
        name: str,
        x: float,
        y: float,
        fields: str,
        pins: str,
        reference: str,
        *,
        in_bom: bool,
        dnp: bool = False,
        angle: int = 0,
    ) -> str:
        flags = (
            f"(exclude_from_sim no) (in_bom {'yes' if in_bom else 'no'}) (on_board yes) (dnp {'yes' if dnp else 'no'})"
        )
        return (
            f'(symbol (lib_id "{LIBRARY}:{name}") {_at(x, y, angle)} (unit 1) {flags} {self.identity("symbol")}\n{fields}{pins}'
            f'(instances (project "{self.circuit.name}" (path "/{self.root}" (reference "{reference}") (unit 1)))))'
        )

    def power(self, name: str, at: Point, origin: Point, leads: str) -> str:
        """A supply symbol; sideways on a pin that leads left or right, else upright."""
        x, y = origin[0] + at[0], origin[1] + at[1]
        self.count["supply"] += 1
        reference = f"#{'FLG' if name == 'PWR_FLAG' else 'PWR'}{self.count['supply']:03d}"
        is_ground = name == GROUND
        angle, dx, dy, justify = 0, 0.0, 3.2 if is_ground else -2.3, ""
        if leads in ("left", "right"):
            angle = 270 if is_ground == (leads == "left") else 90
            dx, dy = (-2.4, 0.0) if leads == "left" else (2.4, 0.0)
            justify = "right" if (leads == "left") == (angle == 270) else "left"  # as KiCad reads it on a turned symbol
        fields = _property("Reference", reference, x, y, hide=True)
        fields += _property("Value", name, x + dx, y + dy, justify, hide=name == "PWR_FLAG", angle=angle and 90)
        pins = f'(pin "1" {self.identity("pin")})'
        return self.placed(name, x, y, fields, pins, reference, in_bom=False, angle=angle)

    def loose_pins(self, part: Part, block: Block) -> Iterator[str]:
        """What a pin gets that no wire reaches."""
        wired = block.wired_points()
        for pin in part.symbol.pins:
            at = part.pin_at(pin.number)
            net = part.nets[pin.number]
            if net is None:
                x, y = block.at[0] + at[0], block.at[1] + at[1]
                yield f"(no_connect (at {_mm(x)} {_mm(y)}) {self.identity('open')})"
            elif at in wired:
                continue
            elif net == GROUND or net in SUPPLIES:
                yield self.power(net, at, block.at, pin.leads)
            else:
                yield self.label(net, at, pin.leads, block.at)

    def label(self, net: str, at: Point, towards: str, origin: Point) -> str:
        if net == GROUND or net in SUPPLIES:
            return self.power(net, at, origin, towards)
        x, y = origin[0] + at[0], origin[1] + at[1]
        justify = "right" if towards in ("left", "down") else "left"
        return (
            f"(global_label {_quoted(net)} (shape passive) {_at(x, y, _ANGLE_OF_LABEL[towards])} (fields_autoplaced yes)"
            f" {_effects(justify=justify)} {self.identity('label')}"
            f' (property "Intersheetrefs" "${{INTERSHEET_REFS}}" {_at(x, y)} {_effects(hide=True)}))'
        )

    def wire(self, start: Point, end: Point, origin: Point) -> str:
        points = " ".join(f"(xy {_mm(origin[0] + x)} {_mm(origin[1] + y)})" for x, y in (start, end))
        return f"(wire (pts {points}) {_stroke(0)} {self.identity('wire')})"

    def wire_pieces(self, block: Block) -> Iterator[tuple[Point, Point]]:
        """The block's wires, cut wherever something joins them."""
        joints = block.wired_points() | {part.pin_at(pin.number) for part in block.parts for pin in part.symbol.pins}
        joints |= {label.at for label in block.labels} | {at for _, at in block.flags}
        for wire in block.wires:
            for start, end in itertools.pairwise(wire):
                if start[0] != end[0] and start[1] != end[1]:
                    raise ValueError(
                        f"{self.circuit.name}, {block.title}: the wire from {start} to {end} is not straight"
                    )
                between = sorted(joint for joint in joints if _is_between(joint, start, end))
                path = [start, *(between if start < end else reversed(between)), end]
                yield from itertools.pairwise(path)

    def dots(self, block: Block, pieces: list[tuple[Point, Point]]) -> Iterator[str]:
        """A dot where three or more ends meet."""
        ends = Counter(point for piece in pieces for point in piece)
        ends.update(
            part.pin_at(pin.number) for part in block.parts for pin in part.symbol.pins if part.nets[pin.number]
        )
        wired = {point for piece in pieces for point in piece}
        for (x, y), count in sorted(ends.items()):
            if count >= 3 and (x, y) in wired:
                at = f"(at {_mm(block.at[0] + x)} {_mm(block.at[1] + y)})"
                yield f"(junction {at} (diameter 0) (color 0 0 0 0) {self.identity('dot')})"


def _size(circuit: Circuit) -> str:
    """Width and height of the sheet; its title's field takes the lower right corner, which the blocks leave free."""
    right = max(block.at[0] + block.size[0] for block in circuit.blocks)
    bottom = max(block.at[1] + block.size[1] for block in circuit.blocks)
    return f"{_mm(right + MARGIN)} {_mm(bottom + MARGIN)}"


def _is_between(point: Point, start: Point, end: Point) -> bool:
    (x, y), (x1, y1), (x2, y2) = point, start, end
    return (x == x1 == x2 and min(y1, y2) < y < max(y1, y2)) or (y == y1 == y2 and min(x1, x2) < x < max(x1, x2))
