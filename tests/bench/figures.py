"""What the benchmarks share: a table on the screen and the figures in build/bench/NAME.json."""

import json
from collections.abc import Sequence
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent.parent
CAPTURES = REPOSITORY.parent / "shared" / "captures"


def print_table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows under heads, columns as wide as they must be."""
    cells = [[str(cell) for cell in row] for row in (heads, *rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(heads))]
    for row in cells:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def write_figures(name: str, figures: dict[str, object]) -> None:
    """Keep the figures of one benchmark."""
    folder = REPOSITORY / "build" / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.json"
    path.write_text(json.dumps(figures, indent=2) + "\n")
    print(f"written to {path.relative_to(REPOSITORY)}")
