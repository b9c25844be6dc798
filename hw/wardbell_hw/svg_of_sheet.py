"""Draws the sheets with kicad-cli, and makes what it draws small and the same each time."""

import hashlib
import re
import subprocess
import tempfile
from pathlib import Path

_NUMBER = re.compile(r"-?\d+\.\d+")


def digest(schematic: str) -> str:
    """What the picture bears of the sheet that it was drawn from."""
    return hashlib.sha256(schematic.encode()).hexdigest()[:16]


def drawn(schematic: Path) -> str:
    """The sheet as SVG; needs kicad-cli 9."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["kicad-cli", "sch", "export", "svg", "--output", folder, str(schematic)]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        text = (Path(folder) / f"{schematic.stem}.svg").read_text()
    return small(text, digest(schematic.read_text()))


def small(svg: str, mark: str) -> str:
    """Without the date and the invisible copies of all texts, with a tenth of a hair's width in its numbers."""
    svg = re.sub(r"<title>.*?</title>", f"<title>sheet {mark}</title>", svg, flags=re.DOTALL)
    svg = re.sub(r"<text.*?</text>", "", svg, flags=re.DOTALL)
    head, _, body = svg.partition("<title>")
    body = _NUMBER.sub(lambda number: f"{float(number.group()):.2f}".rstrip("0").rstrip("."), body)
    body = re.sub(r"\s*\n\s*", "\n", body).replace("\nL", "L").replace('\n" />', '"/>')
    body = body.replace('"/>\n<path d="', "")  # one path for all strokes of a text
    body = re.sub(r"(<g[^>]*>)\s*</g>\n?", "", body)
    return head + "<title>" + body
