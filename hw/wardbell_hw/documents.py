"""The files of each board's folder, made from its circuit."""

from collections.abc import Iterator
from pathlib import Path

from wardbell_hw.bom import PRICES, as_csv, as_table
from wardbell_hw.circuit import Circuit
from wardbell_hw.circuits import bedside, bedside_c3, receiver
from wardbell_hw.figures import figures
from wardbell_hw.mounting import mounting
from wardbell_hw.picture import wiring
from wardbell_hw.sheet import LIBRARY, schematic, symbol_library
from wardbell_hw.wires import nets_csv, signals

ROOT = Path(__file__).resolve().parents[1]
_LIBRARY_TABLE = f'(sym_lib_table (version 7)\n  (lib (name "{LIBRARY}")(type "KiCad")(uri "${{KIPRJMOD}}/../{LIBRARY}.kicad_sym")(options "")(descr ""))\n)\n'


def circuits() -> list[Circuit]:
    """Every board's circuit."""
    return [bedside.circuit(), bedside_c3.circuit(), receiver.circuit()]


def sheet_file(circuit: Circuit) -> Path:
    """Where a board's sheet is."""
    return ROOT / circuit.name / f"{circuit.name}.kicad_sch"


def files() -> dict[Path, str]:
    """Every generated file and its text, but for the drawn sheets, which KiCad makes."""
    made = {
        ROOT / f"{LIBRARY}.kicad_sym": symbol_library(circuits()),
        ROOT / "FIGURES.md": figures(),
        ROOT / "mounting.svg": mounting(),
    }
    for circuit in circuits():
        folder = ROOT / circuit.name
        made[sheet_file(circuit)] = schematic(circuit)
        made[folder / f"{circuit.name}.kicad_pro"] = (
            f'{{"meta": {{"filename": "{circuit.name}.kicad_pro", "version": 3}}}}\n'
        )
        made[folder / "sym-lib-table"] = _LIBRARY_TABLE
        made[folder / "bom.csv"] = as_csv(circuit)
        made[folder / "nets.csv"] = nets_csv(circuit)
        made[folder / "wiring.svg"] = wiring(circuit)
        made[folder / "README.md"] = "\n".join(_page(circuit)) + "\n"
    return made


def _page(circuit: Circuit) -> Iterator[str]:
    yield f"# {circuit.title}"
    yield ""
    yield "Made by `make hardware` from `hw/wardbell_hw/circuits/` and the pin map `firmware/wardbell_firmware/boards/pins.py`; change it there."
    yield ""
    yield f"![Schematic](schematic.svg)\n\nThe sheet opens in KiCad 9: `{circuit.name}.kicad_sch`. There is no board layout: it is built on perforated board."
    yield ""
    yield "![Wiring](wiring.svg)"
    yield ""
    yield "## Pins"
    yield ""
    yield "| name | GPIO | pin of the board | leads to | on the same wire |"
    yield "|---|---|---|---|---|"
    by_net = {pin.net: (pin, wire) for pin, wire in signals(circuit)}
    for name, gpio in circuit.pins.items():
        pin, wire = by_net[name.upper()]
        yield f"| `{name}` | {gpio} | {pin.number} | {', '.join(wire.chain)} | {', '.join(wire.sides)} |"
    yield ""
    yield "## Notes of the sheet"
    yield ""
    for block in circuit.blocks:
        if block.note:
            yield f"- **{block.title}.** {' '.join(block.note.split())}"
    yield ""
    yield "## Parts"
    yield ""
    classes = ", ".join(f"{letter} {price} euro" for letter, price in PRICES.items())
    yield f"As a file: [`bom.csv`](bom.csv); which pins each net joins: [`nets.csv`](nets.csv). Makers' numbers are examples of parts that fit; none was bought. Price classes for one piece, estimated: {classes}."
    yield ""
    yield from as_table(circuit)
