"""Tables of the command line in a ward whose rooms have Chinese names."""

from rich.cells import cell_len

from wardbell_bus.columns import aligned


def test_the_second_column_begins_in_one_cell_for_all() -> None:
    lines = aligned([("place", "heard"), ("3楼护士站", "2 min"), ("203-1", "never")])
    starts = [cell_len(line[: line.index(word)]) for line, word in zip(lines, ("heard", "2 min", "never"), strict=True)]
    assert starts == [11, 11, 11]


def test_figures_end_under_one_another() -> None:
    assert aligned([("人数", "busy"), ("12", "7%")], to_the_right=True) == ["人数  busy", "  12    7%"]
