"""What lies in `hw/` is what its generator makes, and what it makes follows the pin map."""

import csv
import io
import re
from pathlib import Path

import pytest

from wardbell_firmware.boards.pins import C3_BEDSIDE, PICO_BEDSIDE, PICO_RECEIVER
from wardbell_hw.bom import PRICES, as_csv
from wardbell_hw.circuit import Circuit
from wardbell_hw.documents import ROOT, circuits, files, sheet_file
from wardbell_hw.picture import wiring
from wardbell_hw.svg_of_sheet import digest
from wardbell_hw.wires import board_pins, is_rail, wire_of

CIRCUITS = circuits()
NAMES = [circuit.name for circuit in CIRCUITS]


def test_the_files_in_the_repository_are_the_generated_ones() -> None:
    stale = [
        str(path.relative_to(ROOT)) for path, text in files().items() if not path.exists() or path.read_text() != text
    ]
    assert stale == [], "run `make hardware`"


@pytest.mark.parametrize("circuit", CIRCUITS, ids=NAMES)
def test_the_drawn_sheet_is_of_this_sheet(circuit: Circuit) -> None:
    sheet = sheet_file(circuit)
    assert f"<title>sheet {digest(sheet.read_text())}</title>" in sheet.with_name("schematic.svg").read_text(), (
        "run `make hardware`"
    )


def test_each_gpio_joins_what_the_pin_map_names() -> None:
    for circuit, pins, prefix in zip(
        CIRCUITS, (PICO_BEDSIDE, C3_BEDSIDE, PICO_RECEIVER), ("GP", "GPIO", "GP"), strict=True
    ):
        carried = {pin.name: pin.net for pin in board_pins(circuit) if pin.net is not None and not is_rail(pin.net)}
        assert carried == {f"{prefix}{gpio}": name.upper() for name, gpio in pins.items()}


@pytest.mark.parametrize("circuit", CIRCUITS, ids=NAMES)
def test_each_signal_leads_to_a_part(circuit: Circuit) -> None:
    for name in circuit.pins:
        wire = wire_of(circuit, name.upper())
        assert wire.chain or wire.sides, name


@pytest.mark.parametrize(
    ("circuit", "net", "part"),
    [
        (0, "CALL", "SW1 call"),
        (0, "RADIO", "U1 FS1000A: DATA"),
        (0, "RADIO_POWER", "Q2 AO3400A: G"),
        (0, "EAR", "U2 SRX882: DATA"),
        (1, "HANDSET", "SW4 handset"),
        (2, "LCD_RS", "DS1 LCD1602: RS"),
        (2, "RADIO", "U1 SRX882: DATA"),
        (2, "RELAY", "Q3 AO3400A: G"),
        (2, "ACK", "SW1 ack"),
    ],
)
def test_a_signal_leads_to_the_part_that_its_name_says(circuit: int, net: str, part: str) -> None:
    assert part in wire_of(CIRCUITS[circuit], net).chain


def test_a_part_that_is_left_out_is_not_drawn_as_if_it_were_there() -> None:
    """With it the SRX882's 3.3 V would come to the pin as 2.0 V, which is no 1: a deaf receiver."""
    receiver = CIRCUITS[2]
    assert wire_of(receiver, "RADIO").sides == ["R37 15k to GND, left out but for RXB6 at 5 V"]
    (unfitted,) = [part.reference for part in receiver.parts() if not part.is_fitted]
    assert unfitted == "R37"
    for name in ("wiring.svg", "README.md"):
        assert "R37 15k to GND, left out but for" in (ROOT / "receiver" / name).read_text()


@pytest.mark.parametrize("circuit", CIRCUITS, ids=NAMES)
def test_references_are_unique_and_no_net_has_one_end(circuit: Circuit) -> None:
    references = [part.reference for part in circuit.parts()]
    assert len(references) == len(set(references))
    assert {net: pins for net, pins in circuit.nets().items() if len(pins) < 2} == {}


@pytest.mark.parametrize("circuit", CIRCUITS, ids=NAMES)
def test_no_pin_of_the_processor_can_meet_5_v(circuit: Circuit) -> None:
    """Each net that a GPIO joins reaches +5V or VBUS only through a divider or a transistor's other side."""
    for name in circuit.pins:
        sides = wire_of(circuit, name.upper()).sides
        assert not [side for side in sides if re.search(r"to (\+5V|VBUS|VSYS)\b", side)], name


@pytest.mark.parametrize("circuit", CIRCUITS, ids=NAMES)
def test_the_parts_list_has_every_part_once_with_its_price(circuit: Circuit) -> None:
    rows = list(csv.DictReader(io.StringIO(as_csv(circuit))))
    assert sorted(" ".join(row["references"] for row in rows).split()) == sorted(
        part.reference for part in circuit.parts()
    )
    for row in rows:
        assert row["price class"] in PRICES
        assert row["maker"]
        assert row["number"]
        assert row["references"] == "" or len(row["references"].split()) == int(row["count"])


def test_links_of_the_hardware_pages_lead_somewhere() -> None:
    for page in Path(ROOT).rglob("*.md"):
        text = page.read_text()
        for piece in text.split("](")[1:]:
            target = piece.partition(")")[0].partition("#")[0]
            if target and "://" not in target:
                assert (page.parent / target).exists(), f"{page}: {target}"


@pytest.mark.parametrize("circuit", CIRCUITS, ids=NAMES)
def test_a_lamps_wire_is_drawn_in_its_own_colour_and_no_other_is(circuit: Circuit) -> None:
    named = re.findall(r"fill='(#\w+)' text-anchor='(?:start|end)'>([A-Z0-9_]+)</text>", wiring(circuit))
    by_end: dict[str, set[str]] = {"RED": set(), "GREEN": set(), "": set()}
    for colour, net in named:
        end = net.rsplit("_")[-1]
        by_end[end if end in by_end else ""].add(colour)
    assert len(by_end["RED"]) == len(by_end["GREEN"]) == 1
    assert not (by_end["RED"] | by_end["GREEN"]) & by_end[""]
