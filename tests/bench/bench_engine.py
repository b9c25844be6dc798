"""The call centre's engine under a crowd: 600 people, 1,000 contacts, 500 due in one second; 10 calls a second; a year's rows.

Times depend on what else the machine does: beside each stands the CPU time, and what the bare database takes for the same writes
in the same run. `--only crowd line year`, `--seconds` of the line.
"""

import argparse
import contextlib
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from figures import REPOSITORY, print_table, write_figures

sys.path.insert(0, str(REPOSITORY / "tests"))

import databases
from engine_crowd import STEPS, Cost, Crowd, copy_sqlite, replay_postgres, replay_sqlite
from engine_line import measure, percentile
from engine_year import a_day, a_year, size_bytes

Figures = dict[str, object]
ON_THE_DISK = {**databases.HASTE, "fsync": "on", "full_page_writes": "on", "shared_buffers": "128MB"}


@contextlib.contextmanager
def postgres(folder: Path) -> Iterator[databases.Postgres]:
    """A server that waits for its disk."""
    cluster = databases.Postgres(folder, ON_THE_DISK)
    try:
        cluster.start()
        cluster.make_template()
        yield cluster
    finally:
        cluster.remove()


def crowd(folder: Path, cluster: databases.Postgres | None) -> Figures:
    """500 due in one second, by what their step asks, on both databases."""
    rows, figures = [], Figures()
    for name, step in STEPS.items():
        for kind in ("SQLite", *(["PostgreSQL"] if cluster is not None else [])):
            cost, bare_s = _crowd(folder, cluster if kind == "PostgreSQL" else None, step)
            ratio = cost.wall_s / bare_s
            rows.append(
                [
                    name,
                    kind,
                    cost.rows["offers"],
                    f"{cost.wall_s:.2f}",
                    f"{cost.cpu_s:.2f}",
                    f"{cost.longest_s:.2f}",
                    cost.n_statements,
                    cost.n_rows,
                    f"{ratio:.1f}",
                ]
            )
            figures[f"{name}, {kind}"] = {
                "wall_s": round(cost.wall_s, 3),
                "cpu_s": round(cost.cpu_s, 3),
                "longest_turn_s": round(cost.longest_s, 3),
                "statements": cost.n_statements,
                "rows": cost.n_rows,
                "times_bare_database": round(ratio, 2),
            }
    heads = ["500 due ask", "database", "offers", "s", "CPU s", "longest turn s", "statements", "rows", "times bare"]
    print_table(heads, rows)
    return figures


def _crowd(folder: Path, cluster: databases.Postgres | None, step: dict[str, object]) -> tuple[Cost, float]:
    if cluster is None:
        with tempfile.TemporaryDirectory(dir=folder) as own:
            made = Crowd(f"sqlite:///{own}/crowd.db", step)
            copy_sqlite(made.url, Path(own) / "bare.db")
            cost = made.due()
            return cost, replay_sqlite(Path(own) / "bare.db", cost.writes)
    name = cluster.make_database()
    made = Crowd(cluster.url(name), step)
    made.centre.store.close()
    bare = cluster.make_database(template=name)
    made.centre.restart()
    cost = made.due()
    made.centre.store.close()
    return cost, replay_postgres(cluster.url(bare), cost.writes)


def line(folder: Path, seconds: int) -> Figures:
    """From due to the seat, at ten calls a second."""
    with tempfile.TemporaryDirectory(dir=folder) as own:
        late = measure(Path(own), f"sqlite:///{own}/line.db", seconds)
    rows, figures = [], Figures()
    for name, values in (("step at once, from the command", late.at_once), ("step by its timer", late.by_timer)):
        p50, p95, p99 = (percentile(values, share) for share in (0.5, 0.95, 0.99))
        rows.append([name, len(values), f"{p50:.0f}", f"{p95:.0f}", f"{p99:.0f}"])
        figures[name] = {"offers": len(values), "p50_ms": round(p50), "p95_ms": round(p95), "p99_ms": round(p99)}
    print_table(["due to the seat", "offers", "p50 ms", "p95 ms", "p99 ms"], rows)
    return figures


def year(folder: Path) -> Figures:
    """What is left of a contact, and the crowd on a year of them."""
    with tempfile.TemporaryDirectory(dir=folder) as own:
        file = Path(own) / "year.db"
        url = f"sqlite:///{file}"
        of_a_contact, memory = a_day(url)
        a_year(url)
        size = size_bytes(file)
        cost = Crowd(url, STEPS["one of the ward"]).due()
    print_table(["rows of a contact", "number"], [[name, f"{count:.2f}"] for name, count in of_a_contact.items()])
    print(f"memory at each quarter of the day, KiB: {memory}; a year's rows: {size / 1e6:.0f} MB")
    print(f"500 due on top of them: {cost.wall_s:.2f} s, CPU {cost.cpu_s:.2f} s")
    return {"of_a_contact": of_a_contact, "memory_kib": memory, "bytes": size, "cpu_s": cost.cpu_s}


def main() -> int:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=["crowd", "line", "year"], default=["crowd", "line", "year"])
    parser.add_argument("--seconds", type=int, default=60, help="of the line (60)")
    arguments = parser.parse_args()
    figures = Figures()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="wb-", dir="/var/tmp")))
        folder.chmod(0o755)
        if "crowd" in arguments.only:
            has_server = databases.server_program("initdb") is not None
            cluster = stack.enter_context(postgres(folder / "pg")) if has_server else None
            figures["crowd"] = crowd(folder, cluster)
        if "line" in arguments.only:
            figures["line"] = line(folder, arguments.seconds)
        if "year" in arguments.only:
            figures["year"] = year(folder)
    write_figures("engine", figures)
    return 0


if __name__ == "__main__":
    sys.exit(main())
