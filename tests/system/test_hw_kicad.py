"""KiCad itself reads the generated sheets: no electrical rule is broken, and it finds the nets that the circuit means."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from wardbell_hw.circuit import Circuit
from wardbell_hw.documents import circuits, sheet_file

pytestmark = pytest.mark.skipif(
    shutil.which("kicad-cli") is None, reason="kicad-cli is not installed: .ci/kicad installs it"
)

CIRCUITS = circuits()
NAMES = [circuit.name for circuit in CIRCUITS]


def kicad(*arguments: str) -> int:
    return subprocess.run(["kicad-cli", *arguments], check=False, capture_output=True, timeout=100).returncode


def violations(sheet: Path, report: Path) -> tuple[int, list[str]]:
    code = kicad(
        "sch",
        "erc",
        "--severity-all",
        "--exit-code-violations",
        "--format",
        "json",
        "--output",
        str(report),
        str(sheet),
    )
    found = json.loads(report.read_text())
    return code, [item["description"] for page in found["sheets"] for item in page["violations"]]


@pytest.mark.parametrize("circuit", CIRCUITS, ids=NAMES)
def test_no_electrical_rule_is_broken(circuit: Circuit, tmp_path: Path) -> None:
    assert violations(sheet_file(circuit), tmp_path / "erc.json") == (0, [])


def test_a_supply_that_nothing_feeds_would_be_found(tmp_path: Path) -> None:
    """The rules do bite: where the flags that stand for cells and adapter supply nothing, KiCad refuses the sheet."""
    sheet = sheet_file(CIRCUITS[0])
    broken = tmp_path / sheet.name
    broken.write_text(sheet.read_text().replace("(pin power_out line (at 0 0 90)", "(pin passive line (at 0 0 90)"))
    code, found = violations(broken, tmp_path / "erc.json")
    assert code != 0
    assert any("not driven" in description for description in found)


def kicad_nets(sheet: Path, netlist: Path) -> dict[str, set[tuple[str, str]]]:
    assert kicad("sch", "export", "netlist", "--format", "kicadsexpr", "--output", str(netlist), str(sheet)) == 0
    nets = {}
    for part in re.split(r"\(net\s+\(code", netlist.read_text())[1:]:
        name = re.search(r'\(name "([^"]*)"\)', part)
        assert name is not None
        nodes = re.findall(r'\(node\s*\(ref "([^"]+)"\)\s*\(pin "([^"]+)"\)', part)
        nets[name.group(1)] = set(nodes)
    return nets


@pytest.mark.parametrize("circuit", CIRCUITS, ids=NAMES)
def test_kicad_finds_the_nets_that_the_circuit_means(circuit: Circuit, tmp_path: Path) -> None:
    found = kicad_nets(sheet_file(circuit), tmp_path / "nets.net")
    joined = {frozenset(pins) for pins in found.values() if len(pins) > 1}
    assert joined == {frozenset(pins) for pins in circuit.nets().values()}
    for name, gpio in circuit.pins.items():
        board = circuit.part("A1")
        (pin,) = (pin for pin in board.symbol.pins if pin.name in (f"GP{gpio}", f"GPIO{gpio}"))
        assert ("A1", pin.number) in found[name.upper()]
