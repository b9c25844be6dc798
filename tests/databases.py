"""Real databases for the tests: SQLite in a file, and Debian's PostgreSQL, started here without privileges."""

import contextlib
import os
import pwd
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import psycopg
import pytest
from servers import DEADLINE_S

from wardbell_callcenter.store.database import open_engine
from wardbell_callcenter.store.migration import migrate

ROOM_BYTES = 1 << 30  # a run of all tests on two workers writes a third of this
BEFORE_FORMS = Path(__file__).parent / "unit" / "callcenter_form_0001.sql"  # a database of before forms were counted
# The processes here are killed, never the machine: what the kernel has is safe, and a test need not wait for a disk.
HASTE = {
    "fsync": "off",
    "full_page_writes": "off",
    "shared_buffers": "16MB",
    "max_connections": "40",
    "dynamic_shared_memory_type": "mmap",
}
HBA = "local all locked scram-sha-256\nlocal all all trust\n"


def server_program(name: str) -> Path | None:
    """A program of the PostgreSQL server; Debian keeps those of each version in a folder off the PATH."""
    installed = Path("/usr/lib/postgresql").glob(f"*/bin/{name}")
    newest = max(installed, key=lambda path: float(path.parts[-3]), default=None)
    found = shutil.which(name)
    return newest or (Path(found) if found else None)


def memory_root() -> Path | None:
    """Where files are kept in memory, on a machine that has such a place, with room in it."""
    shared = Path("/dev/shm")
    is_there = os.access(shared, os.W_OK) and shutil.disk_usage(shared).free >= ROOM_BYTES
    return shared if is_there else None


def memory_folder() -> Path:
    """A new folder, in memory where that can be; short, since a socket's path may not be long."""
    return Path(tempfile.mkdtemp(prefix="wardbell-", dir=memory_root()))


class Postgres:
    """A cluster of its own on a Unix socket, to be killed and started again; ended by its process id."""

    def __init__(self, folder: Path | None = None, settings: Mapping[str, str] = HASTE) -> None:
        self.folder = folder or memory_folder()
        self.folder.mkdir(exist_ok=True)
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None
        self._n_databases = 0
        self._identity: dict[str, Any] = {}
        if os.geteuid() == 0:  # the server refuses to be root
            user = next(user for user in pwd.getpwall() if user.pw_name in ("postgres", "nobody"))
            self._identity = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
            os.chown(self.folder, user.pw_uid, user.pw_gid)
        self._data = self.folder / "data"
        options = ["--username=wardbell", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
        self._run("initdb", "-D", str(self._data), *options).wait(DEADLINE_S)
        (self._data / "pg_hba.conf").write_text(HBA)

    def url(self, database: str, user: str = "wardbell") -> str:
        """For `--db`."""
        return f"postgresql://{user}@/{database}?host={self.folder}"

    def start(self, meanwhile: Callable[[], object] = lambda: None) -> None:
        """Start it and wait until it takes connections; after a kill the children of the last one may have to go first.

        `meanwhile`: what those do who must not fall silent.
        """
        end = time.monotonic() + DEADLINE_S
        while not self._is_up():
            if self._process is None or self._process.poll() is not None:
                settings = [f"-c{name}={value}" for name, value in self._settings.items()]
                places = [f"-cunix_socket_directories={self.folder}", "-clisten_addresses="]
                self._process = self._run("postgres", "-D", str(self._data), *settings, *places)
            meanwhile()
            assert time.monotonic() < end, (self.folder / "log").read_text()[-2000:]
            time.sleep(0.02)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End it: SIGINT in order but at once, SIGKILL as a power cut would."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(DEADLINE_S)
            self._process = None

    def remove(self) -> None:
        """End it, and leave nothing."""
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def execute(self, sql: str, database: str = "postgres") -> None:
        """Run a statement as the owner of everything, by itself."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            connection.execute(sql.encode())

    def make_template(self) -> None:
        """A database with the tables and no rows, to be copied: faster than making the tables for each test."""
        self.execute("CREATE ROLE locked LOGIN PASSWORD 'another'")
        self.execute("CREATE DATABASE tables_only")
        engine = open_engine(self.url("tables_only"))
        migrate(engine)
        engine.dispose()

    def make_database(self, template: str = "tables_only") -> str:
        """A database of that form; returns its name."""
        self._n_databases += 1
        name = f"test_{self._n_databases}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")  # half of what the log costs
        return name

    def drop_database(self, name: str) -> None:
        """With all who are connected."""
        self.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def _is_up(self) -> bool:
        try:
            psycopg.connect(self.url("postgres")).close()
        except psycopg.OperationalError:
            return False
        return True

    def _run(self, name: str, *arguments: str) -> subprocess.Popen[bytes]:
        program = server_program(name)
        assert program is not None
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                [program, *arguments],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                **self._identity,
            )


def make_sqlite_template(file: Path) -> Path:
    """A file with the tables and no rows; nothing of it is left in a log beside it."""
    engine = open_engine(f"sqlite:///{file}")
    migrate(engine)
    engine.dispose()
    return file


def run_postgres() -> Iterator[Postgres]:
    """A cluster that runs, or a skip with its reason."""
    if server_program("initdb") is None:
        pytest.skip("PostgreSQL is not installed; .ci/system-packages installs it where it may")
    cluster = Postgres()
    try:
        cluster.start()
        cluster.make_template()
        yield cluster
    finally:
        cluster.remove()


class Database:
    """A database for one test, by its URL."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """What stands in it."""
        if self.is_sqlite:
            file = self.url.removeprefix("sqlite:///")
            with contextlib.closing(sqlite3.connect(file, timeout=DEADLINE_S)) as database:
                return database.execute(sql).fetchall()
        with psycopg.connect(self.url) as connection:
            return connection.execute(sql.encode()).fetchall()

    def execute(self, *statements: str) -> None:
        """Change it, behind the store's back."""
        if self.is_sqlite:
            file = self.url.removeprefix("sqlite:///")
            with contextlib.closing(sqlite3.connect(file, timeout=DEADLINE_S)) as database, database:
                for sql in statements:
                    database.execute(sql)
            return
        with psycopg.connect(self.url) as connection:
            for sql in statements:
                connection.execute(sql.encode())

    def overwrite(self, table: str, column: str, text: str) -> None:
        """In each row of that table those bytes stand in that column."""
        self.execute(f"UPDATE {table} SET {column} = CAST('{text}' AS {'BLOB' if self.is_sqlite else 'BYTEA'})")

    def refuse(self, change: str, table: str, when: str = "true") -> None:
        """From now on that change of such a row is one that it will never take, `broken`."""
        trigger = f"CREATE TRIGGER broken BEFORE {change} ON {table}"
        if self.is_sqlite:
            trigger = trigger.replace("broken", f"broken_{table}")  # their names are the whole database's
            self.execute(f"{trigger} WHEN {when} BEGIN SELECT RAISE(ABORT, 'broken'); END")
            return
        self.execute(
            "CREATE OR REPLACE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql "
            "AS 'BEGIN RAISE ''broken'' USING ERRCODE = ''check_violation'', DETAIL = ''Failing row contains ''; END'",
            f"{trigger} FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION broken()",
        )

    def refuse_no_more(self, table: str) -> None:
        """It can be changed again."""
        self.execute(f"DROP TRIGGER broken_{table}" if self.is_sqlite else f"DROP TRIGGER broken ON {table}")

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Somebody else is writing, and does not come to an end."""
        if self.is_sqlite:
            file = self.url.removeprefix("sqlite:///")
            with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as holder:
                holder.execute("BEGIN IMMEDIATE")
                yield
            return
        with psycopg.connect(self.url) as holder_:
            holder_.execute("SELECT 1 FROM lease FOR UPDATE")
            yield
