"""Short nights of the campaign `make faults-engine`: engines killed before their statements, usurped, late."""

from pathlib import Path

import pytest
from databases import Database, Postgres
from engine_lives import Mutation
from engine_mutations import MUTATIONS
from engine_night import HOUSE, UNDISTURBED, Night, Plan, Result, check_rules, dying_anywhere, dying_at

SEED, N_TICKS = 5, 22
# Of the questions, those at which an engine dies; in the campaign it dies of all, before each of their statements.
SHARE = 0.35
AFTER_THE_POP = 9  # statements


class Nights:
    """Nights of one seed, each in a database of its own."""

    def __init__(
        self, folder: Path, template: Path | None, cluster: Postgres | None, mutation: Mutation | None
    ) -> None:
        self._folder, self._template, self._cluster, self._mutation = folder, template, cluster, mutation
        self._n = 0
        self.seed_of_kills = SEED if cluster is None else SEED + 1  # others on each database

    def run(self, plan: Plan) -> Result:
        """One."""
        self._n += 1
        if self._cluster is not None:
            database = Database(self._cluster.url(self._cluster.make_database()))
        else:
            assert self._template is not None
            file = self._folder / f"{self._n}.db"
            file.write_bytes(self._template.read_bytes())
            database = Database(f"sqlite:///{file}")
        return Night(database, SEED, plan, self._folder, self._mutation).run(N_TICKS)


@pytest.fixture(params=["sqlite", "postgresql"])
def nights(request: pytest.FixtureRequest, tmp_path: Path, tables_only: Path) -> Nights:
    cluster = request.getfixturevalue("postgres") if request.param == "postgresql" else None
    return Nights(tmp_path, tables_only, cluster, None)


def test_engines_killed_and_usurped_leave_what_an_undisturbed_night_leaves(nights: Nights) -> None:
    wanted = nights.run(UNDISTURBED)
    check_rules(wanted, HOUSE["policies"])
    assert {event.kind for event in wanted.events} >= {
        "opened",
        "stepped",
        "offered",
        "accepted",
        "returned",
        "repeated",
    }
    killed = nights.run(Plan(die_at=dying_anywhere(wanted.n_statements, nights.seed_of_kills, SHARE)))
    assert killed.n_kills > 20
    assert killed.left == wanted.left
    usurped = nights.run(Plan(is_usurped=lambda number: number % 17 == 4))
    assert usurped.n_usurped > 0
    assert usurped.left == wanted.left


def test_a_timer_that_is_popped_before_its_step_is_found_out(tmp_path: Path, tables_only: Path) -> None:
    nights = Nights(tmp_path, tables_only, None, MUTATIONS["popped-timers"])
    wanted = nights.run(UNDISTURBED)
    assert nights.run(Plan(die_at=dying_at(AFTER_THE_POP, wanted.n_statements))).left != wanted.left
