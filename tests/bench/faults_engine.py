"""Nights of the call centre whose engines are killed before their statements, usurped, late, and on clocks that jump.

    python tests/bench/faults_engine.py --nights 3 --databases sqlite postgresql
    python tests/bench/faults_engine.py --nights 3 --live 400
    python tests/bench/faults_engine.py --mutate all

A night with kills must end as the one that nobody disturbed, row for row, and that one is held to the rules. Three nights are
about 1,500 kills; `--nights 0` kills before every statement of every question once, some 7,000 on each database: an hour or two.
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
from dataclasses import dataclass
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
MUTATED_TICKS = 40  # a night is long enough for a fault to show
OUTAGE_MS = 7_000
JUMP_MS = 3_600_000
TAKEOVER_EVERY = 10  # rounds of a live night
EVERY = 7  # questions between two usurpations or jumps
NewDatabase = Callable[[], Database]


@dataclass
class Campaign:
    """All kinds of trouble of nights of one seed; raises AssertionError where something does not hold.

    A mutated engine is compared with itself undisturbed: what it does wrong even then, the rules find.
    """

    new: NewDatabase
    folder: Path
    seed: int
    mutation: Mutation | None = None
    n_ticks: int = N_TICKS

    def run(self, n_nights: int) -> dict[str, int]:
        """What takes least comes first. `n_nights`: with kills; 0: one before each statement that a question has."""
        plain = self.night(UNDISTURBED)
        check_rules(plain, HOUSE["policies"])
        self.usurped(plain)
        self.jumping(plain)
        unheard = self.unheard(plain)
        kills = unheard.n_kills + self.late() + self.killed(plain, unheard.n_statements, n_nights)
        return {"statements": sum(plain.n_statements), "questions": len(plain.n_statements), "kills": kills}

    def night(self, plan: Plan) -> Result:
        """One, in a database of its own."""
        return Night(self.new(), self.seed, plan, self.folder, self.mutation).run(self.n_ticks)

    def usurped(self, plain: Result) -> None:
        """Now and then another one leads, and the one before has not heard of it."""
        usurped = self.night(Plan(is_usurped=lambda number: number % EVERY == 3))
        assert usurped.n_usurped > 0, "an engine that leads no more was let write"
        assert_the_same(usurped, plain, "usurped")

    def jumping(self, plain: Result) -> None:
        """The wall clock is set an hour on, and an hour back."""

        def jump_ms(number: int) -> int:
            return {0: JUMP_MS, EVERY: -JUMP_MS}.get(number % (4 * EVERY), 0)

        jumped = self.night(Plan(wall_jump_ms=jump_ms))
        assert untimed(jumped) == untimed(plain), "a wall clock that is set changes what happens"

    def unheard(self, plain: Result) -> Result:
        """Each question kills an engine that has done all of it."""
        killed = self.night(Plan(die_at=dying_unheard))
        assert_the_same(killed, plain, "killed when all was done")
        return killed

    def late(self) -> int:
        """After each of some kills nobody leads for a while."""
        die_at = {number: number % 40 for number in range(20, 100_000, 3 * EVERY)}
        killed = self.night(Plan(die_at=die_at.get, outage_ms=lambda _: OUTAGE_MS))
        check_rules(killed, HOUSE["policies"], is_delayed=True)
        return killed.n_kills

    def killed(self, plain: Result, n_statements: list[int], n_nights: int) -> int:
        """Each question kills an engine before some statement of it."""
        chosen = list(enumerate(boundaries(n_statements)))
        kills = 0
        for at, die_at in chosen[:: max(1, len(chosen) // n_nights) if n_nights else 1]:
            killed = self.night(Plan(die_at=die_at))
            kills += killed.n_kills
            assert_the_same(killed, plain, f"killed before statement {at} of each question")
            print(f"killed before statement {at} of {len(chosen)}: {killed.n_kills}, {kills} in all", flush=True)
        return kills


def assert_the_same(result: Result, wanted: Result, what: str) -> None:
    """Row for row."""
    found = [name for name in wanted.left if result.left[name] != wanted.left[name]]
    assert not found, f"{what}: {', '.join(found)} differ"


def untimed(result: Result) -> list[tuple[object, ...]]:
    """What happened, without when."""
    return [
        (event.kind, event.contact and (event.contact.contact_id, event.contact.step, event.contact.loop))
        for event in result.events
    ]


def live(kind: str, folder: Path, rounds: int, seed: int) -> dict[str, int]:
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
    killed = {f"{what} killed": n for what, n in sorted(found.kills.items())}
    took_s = round(time.monotonic() - began_s)
    return {**killed, "calls": found.n_calls, "rang again": found.n_offers_seen_again, "took s": took_s}


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
            Campaign(new, folder, seed, MUTATIONS[name], MUTATED_TICKS).run(3)
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
            found = [_found_out(name, folder, arguments.seed) for name in names]
            return 0 if all(found) else 1
        return _held(arguments, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _found_out(name: str, folder: Path, seed: int) -> bool:
    why = mutated(name, folder, seed)
    print(f"{name}: {why or 'NOT FOUND'}", flush=True)
    return bool(why)


def _held(arguments: argparse.Namespace, folder: Path) -> int:
    figures: dict[str, object] = {}
    rows = []
    for kind in arguments.databases:
        began_s = time.monotonic()
        with databases(kind, folder) as new:
            found = Campaign(new, folder, arguments.seed).run(arguments.nights)
        figures[kind] = found
        rows.append([kind, *(str(number) for number in found.values()), f"{time.monotonic() - began_s:.0f} s"])
    print_table(["database", "statements", "questions", "kills", "took"], rows)
    if arguments.live:
        lived = {kind: live(kind, folder, arguments.live, arguments.seed) for kind in arguments.databases}
        names = list(next(iter(lived.values())))
        print_table(
            ["database", *names], [[kind, *(str(found[name]) for name in names)] for kind, found in lived.items()]
        )
        figures["live"] = lived
    write_figures("faults_engine", figures)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
