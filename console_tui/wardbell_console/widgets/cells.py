"""Columns of fixed width in terminal cells, where a Chinese character takes two."""

from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size

# Narrow screens show the contact where there is one, else the next step, in one column.
NARROW = (("mark", 5), ("place", 9), ("kind", 14), ("age", 6), ("presses", 2), ("stand", 0), ("follow", 0))
WIDE = (
    ("mark", 5), ("ward", 12), ("place", 10), ("kind", 14), ("age", 7), ("presses", 3), ("state", 0), ("next", 0),
    ("contact", 0),
)  # fmt: skip
WIDE_FROM = 110
# The call centre's board and its agents.
CONTACTS = (("mark", 5), ("place", 11), ("kind", 13), ("age", 6), ("times", 5), ("state", 0), ("next", 13))
CONTACTS_WIDE_FROM = 100
AGENTS = (("sign", 1), ("agent_state", 9), ("agent", 12), ("age", 6), ("held", 4), ("missed", 4), ("about", 0))
# Figures by ward: the other service levels where there is room.
_STANDING = (("of_ward", 0), ("waiting", 4), ("oldest", 6), ("free", 5))
_WORKED = (("asa", 5), ("response", 5), ("given_up", 8), ("occupancy", 4))
FIGURES = (*_STANDING, ("sl_offered", 12), ("sl_excl", 7), *_WORKED)
FIGURES_WIDE = (
    *_STANDING, ("contacts", 8), ("sl_offered", 14), ("sl_excl", 7), ("sl2", 5), ("sl", 5), *_WORKED
)  # fmt: skip
RIGHT_ALIGNED = ("age", "presses", "held", "missed", *(name for name, size in FIGURES_WIDE if size))
CUT = "~"  # says that there is more; the ellipsis has no certain width


def columns(width: int) -> list[tuple[str, int]]:
    """Column names and widths that fill `width` cells, one blank between; those of width 0 share what is left."""
    return spread(WIDE if width >= WIDE_FROM else NARROW, width)


def contact_columns(width: int) -> list[tuple[str, int]]:
    """The same for the board of contacts, which names the ward where there is room."""
    ward = (("ward", 12),) if width >= CONTACTS_WIDE_FROM else ()
    return spread((*CONTACTS[:1], *ward, *CONTACTS[1:]), width)


def figure_columns(width: int) -> list[tuple[str, int]]:
    """The same for the wards' figures."""
    return spread(FIGURES_WIDE if width >= WIDE_FROM else FIGURES, width)


def spread(names: Sequence[tuple[str, int]], width: int) -> list[tuple[str, int]]:
    """The columns that fill `width` cells."""
    left = max(0, width - sum(size for _, size in names) - (len(names) - 1))
    open_ended = [name for name, size in names if not size]
    share, rest = divmod(left, len(open_ended))
    sizes = dict.fromkeys(open_ended, share)
    sizes[open_ended[0]] += rest
    return [(name, size or sizes[name]) for name, size in names]


def fit(text: str, width: int, right: bool = False) -> str:
    """The text in exactly `width` cells; cut with a sign where it is longer."""
    length = cell_len(text)
    if length > width:
        return set_cell_size(text, width - 1) + CUT if width else ""
    pad = " " * (width - length)
    return pad + text if right else text + pad


def line(cells: dict[str, str], layout: list[tuple[str, int]]) -> str:
    """One line of a table."""
    return " ".join(fit(cells[name], size, name in RIGHT_ALIGNED) for name, size in layout)
