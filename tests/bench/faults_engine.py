"""Nights of the call centre whose engines are killed before their statements, usurped, late, and on clocks that jump.

    python tests/bench/faults_engine.py --nights 3 --databases sqlite postgresql
    python tests/bench/faults_engine.py --nights 3 --live 400
    python tests/bench/faults_engine.py --mutate all

A night with kills must end as the one that nobody disturbed, row for row, and that one is held to the rules. Three nights are
about 1,500 kills; `--nights 0` kills before every statement of every question once, some 9,000, and takes an hour.
Behind them comes a live night on each database: a real broker, engines and operators' consoles as processes, killed at random.
`--mutate` puts a known fault into the engine, and is content only when the night finds it.
"""

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from databases import Database, make_sqlite_template, run_postgres
from engine_lives import Mutation
from engine_mutations import MUTATIONS
from engine_night import HOUSE, UNDISTURBED, Night, Plan, Result, boundaries, check_rules, dying_unheard
from figures import print_table, write_figures
from live_night import LiveNight
from servers import MOSQUITTO, BrokerProcess

SEED = 5
N_TICKS = 100
OUTAGE_MS = 7_000
JUMP_MS = 3_600_000
TAKEOVER_EVERY = 10  # rounds of a live night
EVERY = 7  # questions between two usurpations or jumps
NewDatabase = Callable[[], Database]


def night(new: NewDatabase, plan: Plan, folder: Path, seed: int, mutation: Mutation | None = None) -> Result:
    """One, in a database of its own."""
    return Night(new(), seed, plan, folder, mutation).run(N_TICKS)


def differences(result: Result, wanted: Result, tables: list[str] | None = None) -> list[str]:
    """The tables that do not hold what they should."""
    return [name for name in tables or wanted.left if result.left[name] != wanted.left[name]]


def untimed(result: Result) -> list[tuple[object, ...]]:
    """What happened, without when."""
    return [
        (event.kind, event.contact and (event.contact.contact_id, event.contact.step, event.contact.loop))
        for event in result.events
    ]


def campaign(
    new: NewDatabase, folder: Path, n_nights: int, seed: int, mutation: Mutation | None = None
) -> dict[str, int]:
    """All kinds of trouble; raises AssertionError where something does not hold.

    A mutated engine is compared with itself undisturbed: what it does wrong even then, the rules find.
    """
    plain = night(new, UNDISTURBED, folder, seed, mutation)
    check_rules(plain, HOUSE["policies"])
    figures = {"statements": sum(plain.n_statements), "questions": len(plain.n_statements), "kills": 0, "usurped": 0}
    unheard = night(new, Plan(die_at=dying_unheard(plain.n_statements)), folder, seed, mutation)
    figures["kills"] += unheard.n_kills
    found = differences(unheard, plain)
    assert not found, f"killed when all was done: {', '.join(found)} differ"
    chosen = boundaries(plain.n_statements)
    step = max(1, len(chosen) // n_nights) if n_nights else 1
    for at, die_at in list(enumerate(chosen))[::step]:
        killed = night(new, Plan(die_at=die_at), folder, seed, mutation)
        figures["kills"] += killed.n_kills
        found = differences(killed, plain)
        assert not found, f"killed before statement {at} of each question: {', '.join(found)} differ"
    usurped = night(new, Plan(is_usurped=lambda number: number % EVERY == 3), folder, seed, mutation)
    figures["usurped"] += usurped.n_usurped
    assert usurped.n_usurped > 0, "an engine that leads no more was let write"
    assert not differences(usurped, plain), "usurped engines left something else behind"
    figures["kills"] += late(new, folder, seed, mutation).n_kills
    jumped = jumping(new, folder, seed, mutation)
    assert untimed(jumped) == untimed(plain), "a wall clock that is set changes what happens"
    return figures


def late(new: NewDatabase, folder: Path, seed: int, mutation: Mutation | None) -> Result:
    """After each of some kills nobody leads for a while."""
    die_at = {number: number % 40 for number in range(20, 100_000, 3 * EVERY)}
    result = night(new, Plan(die_at=die_at.get, outage_ms=lambda _: OUTAGE_MS), folder, seed, mutation)
    check_rules(result, HOUSE["policies"], is_delayed=True)
    return result


def jumping(new: NewDatabase, folder: Path, seed: int, mutation: Mutation | None) -> Result:
    """The wall clock is set an hour on, and an hour back."""

    def jump_ms(number: int) -> int:
        return {0: JUMP_MS, EVERY: -JUMP_MS}.get(number % (4 * EVERY), 0)

    return night(new, Plan(wall_jump_ms=jump_ms), folder, seed, mutation)


def live(kind: str, folder: Path, rounds: int, seed: int) -> dict[str, object]:
    """One live night; raises where something does not hold."""
    began_s = time.monotonic()
    home = folder / f"live-{kind}"
    home.mkdir()
    broker = BrokerProcess("mosquitto" if MOSQUITTO is not None else "iotcore", home)
    broker.start()
    try:
        with databases(kind, home) as new:
            found = LiveNight(broker.url, new(), home, seed)
            found.run(rounds, takeovers=rounds // TAKEOVER_EVERY)
    finally:
        broker.kill()
    figures: dict[str, object] = {"database": kind, "calls": found.n_calls, "rang again": found.n_offers_seen_again}
    return (
        figures
        | {f"{what} killed": n for what, n in sorted(found.kills.items())}
        | {"took": f"{time.monotonic() - began_s:.0f} s"}
    )


@contextmanager
def databases(kind: str, folder: Path) -> Iterator[NewDatabase]:
    """Makes empty ones, with tables."""
    names = (f"night-{number}" for number in range(1_000_000))
    if kind == "sqlite":
        template = make_sqlite_template(folder / "tables_only.db")
        yield lambda: Database(f"sqlite:///{shutil.copy(template, folder / f'{next(names)}.db')}")
        return
    with contextmanager(run_postgres)() as cluster:
        yield lambda: Database(cluster.url(cluster.make_database()))


def mutated(name: str, folder: Path, seed: int) -> str:
    """What gave a mutated engine away; nothing where it passed."""
    with databases("sqlite", folder) as new:
        try:
            campaign(new, folder, 3, seed, MUTATIONS[name])
        except AssertionError as error:
            return str(error).split("\n")[0]
    return ""


def main(argv: list[str]) -> int:
    """Print what held; 1 where something did not."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--nights", type=int, default=3, help="with kills, on each database; 0: every boundary")
    parser.add_argument("--live", type=int, default=40, help="rounds that end in kills, of a live night; 0: none")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--databases", nargs="+", choices=["sqlite", "postgresql"], default=["sqlite", "postgresql"])
    parser.add_argument("--mutate", choices=["all", *MUTATIONS], help="a known fault, which must be found")
    arguments = parser.parse_args(argv)
    folder = Path(tempfile.mkdtemp(prefix="wardbell-nights-", dir="/dev/shm" if Path("/dev/shm").is_dir() else None))
    try:
        if arguments.mutate:
            names = list(MUTATIONS) if arguments.mutate == "all" else [arguments.mutate]
            found = {name: mutated(name, folder, arguments.seed) for name in names}
            print_table(["fault put in", "found by"], [[name, why or "NOT FOUND"] for name, why in found.items()])
            return 0 if all(found.values()) else 1
        return _held(arguments, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _held(arguments: argparse.Namespace, folder: Path) -> int:
    figures: dict[str, object] = {}
    rows = []
    for kind in arguments.databases:
        began_s = time.monotonic()
        with databases(kind, folder) as new:
            found = campaign(new, folder, arguments.nights, arguments.seed)
        figures[kind] = found
        rows.append([kind, *(str(number) for number in found.values()), f"{time.monotonic() - began_s:.0f} s"])
    print_table(["database", "statements", "questions", "kills", "usurped", "took"], rows)
    if arguments.live:
        lived = [live(kind, folder, arguments.live, arguments.seed) for kind in arguments.databases]
        print_table(list(lived[0]), [[str(value) for value in figures.values()] for figures in lived])
    write_figures("faults_engine", figures)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
