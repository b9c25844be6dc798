"""Fixtures that every folder of tests may ask for."""

import itertools
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from databases import Database, Postgres, make_sqlite_template, memory_root, run_postgres
from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture.providers import HypothesisProvider
from hypothesis.internal.constants_ast import Constants
from servers import MOSQUITTO, BrokerProcess

# Properties are tried with the same examples every time, and without a stop-watch. Hypothesis would also draw numbers and words
# that stand in our modules: those that a worker happens to have imported by then, other ones on each machine and in each run.
assert "_local_constants" in vars(HypothesisProvider)
HypothesisProvider._local_constants = Constants()  # type: ignore[assignment]  # noqa: SLF001
settings.register_profile("wardbell", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("wardbell")

OF_THE_MACHINE = [f"WARDBELL_{name}" for name in ("API", "BROKER", "DB", "HOME", "LOG", "SMTP_PASSWORD", "TOKEN")]
MOST_WORKERS = 32  # each has a database server, and its own of the ports in servers.py, which last for 60
LONGEST = ("test_story_night.py", "test_images_emulated.py")  # each test up to a minute


def pytest_configure() -> None:
    """Have `tmp_path` in memory (a test kills processes, never the machine, and need not wait for a disk), and one locale."""
    if memory_root() is not None:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(memory_root()))
    # Commands speak the language of their terminal: English, wherever the tests run.
    os.environ["LC_ALL"] = "C.UTF-8"
    # What this machine's own ward and house are told is not for those of the tests, nor is the width of its terminal.
    for name in (*OF_THE_MACHINE, "COLUMNS", "LINES"):
        os.environ.pop(name, None)
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = "*"  # all is on loopback, where no proxy leads
    # The hundreds of programs that tests start need not compile what they import, each of them anew.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False


def pytest_xdist_auto_num_workers() -> int:
    """Three on two cores: a third of the time a test of real processes waits for one of them."""
    return max(1, min(MOST_WORKERS, int(3 * _n_cores() / 2)))


def _n_cores() -> float:
    """Those whose time is ours: a container is shown all of its host's, however little of them it may have."""
    shown = len(os.sched_getaffinity(0))
    limit = Path("/sys/fs/cgroup/cpu.max")  # "200000 100000" is two, "max 100000" no limit
    quota, period = limit.read_text().split() if limit.exists() else ("max", "1")
    return shown if quota == "max" else min(shown, int(quota) / int(period))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first, so that no worker is left with one of them while the others have nothing to do."""
    items.sort(key=lambda item: item.path.name not in LONGEST)


def _run(engine: str, folder: Path) -> Iterator[BrokerProcess]:
    if engine == "mosquitto" and MOSQUITTO is None:
        pytest.skip("mosquitto is not installed; .ci/system-packages installs it where it may")
    process = BrokerProcess(engine, folder)
    process.start()
    yield process
    process.kill()


@pytest.fixture(params=["iotcore", "mosquitto"])
def broker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[BrokerProcess]:
    """A real broker, each test once on either engine."""
    yield from _run(request.param, tmp_path)


@pytest.fixture
def iotcore_broker(tmp_path: Path) -> Iterator[BrokerProcess]:
    """A real broker where the engine does not matter: the one that pip installs."""
    yield from _run("iotcore", tmp_path)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL of this session's own."""
    yield from run_postgres()


@pytest.fixture(scope="session")
def tables_only(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the tables and no rows, to be copied: faster than making the tables for each test."""
    return make_sqlite_template(tmp_path_factory.mktemp("sqlite") / "tables_only.db")


@contextmanager
def _empty(kind: str, request: pytest.FixtureRequest, file: Path) -> Iterator[Database]:
    if kind == "sqlite":
        shutil.copy(request.getfixturevalue("tables_only"), file)
        yield Database(f"sqlite:///{file}")
        return
    cluster: Postgres = request.getfixturevalue("postgres")
    name = cluster.make_database()
    yield Database(cluster.url(name))
    cluster.drop_database(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database with nothing in it, each test once on either kind."""
    with _empty(request.param, request, tmp_path / "callcenter.db") as made:
        yield made


@pytest.fixture
def centre_database(database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """Every call centre that the test starts works on that one, whatever starts it."""
    monkeypatch.setenv("WARDBELL_DB", database.url)
    return database


@pytest.fixture
def another(request: pytest.FixtureRequest, database: Database, tmp_path: Path) -> Iterator[Callable[[], Database]]:
    """As many more as a test wants, of the same kind."""
    kind, numbers = "sqlite" if database.is_sqlite else "postgresql", itertools.count()
    with ExitStack() as stack:
        yield lambda: stack.enter_context(_empty(kind, request, tmp_path / f"another-{next(numbers)}.db"))
