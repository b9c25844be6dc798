"""`python -m wardbell_hw write`, `draw`, `check`: the generated files, the drawn sheets, KiCad's electrical rules."""

import argparse
import shutil
import subprocess
import sys
import tempfile

from wardbell_hw.documents import ROOT, circuits, files, sheet_file
from wardbell_hw.svg_of_sheet import drawn

KICAD = "kicad-cli"


def main(argv: list[str]) -> int:
    """Do what was asked; 0 if all is well, 1 where a rule is broken, 2 where KiCad is missing."""
    parser = argparse.ArgumentParser(
        prog="python -m wardbell_hw",
        description="Sheets, parts lists, wiring pictures and tables of Wardbell's boards.",
        epilog="example: python -m wardbell_hw write && python -m wardbell_hw draw && python -m wardbell_hw check",
    )
    parser.add_argument(
        "task",
        choices=("write", "draw", "check"),
        help="write the files; draw the sheets with kicad-cli; check them with it",
    )
    task = parser.parse_args(argv).task
    if task == "write":
        return write()
    if shutil.which(KICAD) is None:
        sys.stderr.write(f"{KICAD} is missing: .ci/kicad installs it on Debian, elsewhere install KiCad 9\n")
        return 2
    return draw() if task == "draw" else check()


def write() -> int:
    """Write every generated file that is not what it should be."""
    for path, text in files().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_text() != text:
            path.write_text(text)
            sys.stdout.write(f"wrote {path.relative_to(ROOT.parent)}\n")
    return 0


def draw() -> int:
    """Draw each sheet."""
    for circuit in circuits():
        sheet = sheet_file(circuit)
        sheet.with_name("schematic.svg").write_text(drawn(sheet))
    return 0


def check() -> int:
    """Ask KiCad for violations of the electrical rules, warnings included."""
    n_violated = 0
    for circuit in circuits():
        with tempfile.NamedTemporaryFile(suffix=".rpt") as report:
            command = [
                KICAD,
                "sch",
                "erc",
                "--severity-all",
                "--exit-code-violations",
                "--output",
                report.name,
                str(sheet_file(circuit)),
            ]
            run = subprocess.run(command, check=False, capture_output=True, timeout=120)
            n_violated += run.returncode != 0
            sys.stdout.write(f"{circuit.name}: {report.read().decode()}")
    return min(n_violated, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
