"""The gateway's journal: every event of a call, once, safe before anybody is told. State is a fold over it.

One transaction holds what was heard, the events it made and the publications they need. A write that fails leaves nothing.
"""

import contextlib
import fcntl
import json
import secrets
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from wardbell_gateway.chain_test import ChainRecord
from wardbell_gateway.journal_schema import CREATE, MIGRATIONS, SCHEMA_VERSION
from wardbell_gateway.station_watch import StationHealth
from wardbell_protocol.calls.board import CallEvent
from wardbell_protocol.errors import ConfigError, WardbellError

BUSY_TIMEOUT_MS = 2000
NO_WORD = -1
MAX_UNKNOWN = 1000  # of codes, and of nodes
_CHAIN_TESTS = "SELECT record FROM chain_tests ORDER BY at_ms"
_SEEN = "_seen"  # behind the name of a kind of part
_STATIONS = "SELECT record FROM stations ORDER BY station_id"
# As marks come old ones go, a few at a time: a clock that is wrong for a moment must not forget them all.
_FORGET_MARKS = """
DELETE FROM heard WHERE (ear, epoch, seq) IN
    (SELECT ear, epoch, seq FROM heard WHERE at_ms < ? ORDER BY at_ms LIMIT 2)
"""
KEEP_MARKS_MS = 30 * 24 * 3600 * 1000  # how late the same message could still be delivered again


class JournalError(WardbellError):
    """What was to be written is not: disk full, locked, or worse. Nobody may be told that it happened."""


class JournalTakenError(ConfigError):
    """Another gateway runs on this journal."""


@dataclass(frozen=True)
class Publication:
    """Something for the bus."""

    topic: str
    payload: bytes
    retain: bool = False


@dataclass(frozen=True)
class Mark:
    """A message of an ear (a receiver, another gateway, a replay), so that it counts once. `code` may be NO_WORD."""

    ear: str
    epoch: str
    seq: int
    code: int
    at_ms: int


@dataclass(frozen=True)
class FrameMark:
    """A press in a frame. `key_mark` tells the keys of a node id apart: a counter begins anew with each."""

    node_id: int
    key_mark: str
    counter: int


@dataclass(frozen=True)
class Entry:
    """What is written together. `answer` is a command's id and the reply that it will always get."""

    events: list[CallEvent] = field(default_factory=list)
    mark: Mark | None = None
    frame: FrameMark | None = None
    unknown_node: int | None = None
    is_unknown: bool = False
    answer: tuple[str, bytes] | None = None
    publications: list[Publication] = field(default_factory=list)


@dataclass(frozen=True)
class Unknown:
    """A code, or the id of a node with a key, that no station of the registry has."""

    number: int
    first_at_ms: int
    last_at_ms: int
    times: int


class Journal:
    """One writer; the caller serialises the calls. Raises ConfigError where the file cannot be used at all."""

    def __init__(self, path: Path, now_ms: int) -> None:
        self.path = path
        with contextlib.ExitStack() as opened:
            self._lock = opened.enter_context(_take(path))
            try:
                self._db = opened.enter_context(contextlib.closing(connect(path, "FULL")))
                self._inode = path.stat().st_ino
                self._open(now_ms)
            except (sqlite3.Error, JournalError, OSError) as error:
                raise _unusable(path, error) from error
            opened.pop_all()  # it can be used: keep it open
        self.epoch = self._meta("epoch")

    def close(self) -> None:
        """Close the file; nothing is lost without it."""
        self._db.close()
        self._lock.close()

    def write(self, entry: Entry, publications: Callable[[int, CallEvent], list[Publication]], now_ms: int) -> None:
        """Write all of it, durably, or nothing.

        Args:
            publications: what an event needs on the bus, given its sequence number.

        Raises:
            JournalError: nothing was written.
        """
        with self._transaction() as db:
            for event in entry.events:
                record = json.dumps(event.to_record(), ensure_ascii=False)
                values = (event.at_ms, event.kind, event.call.call_id, record)
                cursor = db.execute("INSERT INTO events (at_ms, kind, call_id, record) VALUES (?, ?, ?, ?)", values)
                self._put_out(publications(int(cursor.lastrowid or 0), event))
            if entry.mark is not None:
                mark = entry.mark
                heard = (mark.ear, mark.epoch, mark.seq, mark.code, mark.at_ms)
                db.execute("INSERT INTO heard (ear, epoch, seq, code, at_ms) VALUES (?, ?, ?, ?, ?)", heard)
                db.execute(_FORGET_MARKS, (now_ms - KEEP_MARKS_MS,))
                if entry.is_unknown:
                    self._count_unknown("unknown_codes", "code", mark.code, mark.at_ms)
                if entry.unknown_node is not None:
                    self._count_unknown("unknown_nodes", "node_id", entry.unknown_node, mark.at_ms)
            if entry.frame is not None:
                frame = entry.frame
                taken = (frame.node_id, frame.key_mark, frame.counter)
                db.execute("INSERT OR IGNORE INTO frames VALUES (?, ?, ?)", taken)
            if entry.answer is not None:
                db.execute("INSERT INTO commands VALUES (?, ?, ?)", (entry.answer[0], now_ms, entry.answer[1]))
            self._put_out(entry.publications)

    def has_heard(self, ear: str, epoch: str, seq: int) -> bool:
        """Whether that message is written already."""
        return bool(self._rows("SELECT 1 FROM heard WHERE ear = ? AND epoch = ? AND seq = ?", (ear, epoch, seq)))

    def has_frame(self, frame: FrameMark) -> bool:
        """Whether that press is written already, whoever heard it."""
        sql = "SELECT 1 FROM frames WHERE node_id = ? AND key_mark = ? AND counter = ?"
        return bool(self._rows(sql, (frame.node_id, frame.key_mark, frame.counter)))

    def newest_counter(self, frame: FrameMark) -> int:
        """The highest counter written of that node under that key; -1 where there is none."""
        sql = "SELECT max(counter) FROM frames WHERE node_id = ? AND key_mark = ?"
        newest = self._rows(sql, (frame.node_id, frame.key_mark))[0][0]
        return -1 if newest is None else int(newest)

    def last_heard(self, ear: str, epoch: str) -> int:
        """Number of the newest message of that ear that is written; 0 where there is none."""
        rows = self._rows("SELECT max(seq) FROM heard WHERE ear = ? AND epoch = ?", (ear, epoch))
        return int(rows[0][0] or 0)

    def presses_since(self, at_ms: int) -> list[Mark]:
        """Presses heard at or after that time, oldest first."""
        sql = "SELECT ear, epoch, seq, code, at_ms FROM heard WHERE at_ms >= ? AND code >= 0 ORDER BY at_ms"
        return [Mark(*row) for row in self._rows(sql, (at_ms,))]

    def answer_to(self, command_id: str) -> bytes | None:
        """The reply that this command got."""
        rows = self._rows("SELECT reply FROM commands WHERE command_id = ?", (command_id,))
        return bytes(rows[0][0]) if rows else None

    def open_events(self) -> Iterator[CallEvent]:
        """The events whose fold is the present state: those of calls not cleared, and the last of all calls' numbers."""
        newest = "SELECT call_id FROM events WHERE kind = 'placed' ORDER BY seq DESC LIMIT 1"
        is_open = "call_id NOT IN (SELECT call_id FROM events WHERE kind = 'cleared')"
        for (record,) in self._rows(f"SELECT record FROM events WHERE {is_open} OR call_id = ({newest}) ORDER BY seq"):
            yield CallEvent.from_record(json.loads(record))

    def events_of(self, call_id: str, limit: int) -> list[tuple[int, CallEvent]]:
        """A call's events with their sequence numbers: its first, and its newest up to `limit`."""
        first = "SELECT min(seq) FROM events WHERE call_id = ?"
        newest = "SELECT seq FROM events WHERE call_id = ? ORDER BY seq DESC LIMIT ?"
        sql = f"SELECT seq, record FROM events WHERE seq = ({first}) OR seq IN ({newest}) ORDER BY seq"
        rows = self._rows(sql, (call_id, call_id, limit))
        return [(seq, CallEvent.from_record(json.loads(record))) for seq, record in rows]

    def last_seq(self) -> int:
        """Sequence number of the newest event; 0 where there is none."""
        return int(self._rows("SELECT max(seq) FROM events")[0][0] or 0)

    def seen(self) -> set[str]:
        """Which kinds of parts ever followed this ward: `console`, `callcenter`."""
        keys = [str(key) for (key,) in self._rows("SELECT key FROM meta")]
        return {key.removesuffix(_SEEN) for key in keys if key.endswith(_SEEN)}

    def note_seen(self, part: str) -> None:
        """Remember that such a part followed this ward."""
        with self._transaction() as db:
            db.execute("INSERT OR IGNORE INTO meta VALUES (?, 'yes')", (part + _SEEN,))

    def forget_seen(self, part: str) -> None:
        """Such a part is not to come back."""
        with self._transaction() as db:
            db.execute("DELETE FROM meta WHERE key = ?", (part + _SEEN,))

    def stations(self) -> list[StationHealth]:
        """What was known of the stations' radios when it was last kept."""
        return [_health(record) for (record,) in self._rows(_STATIONS)]

    def keep_stations(self, known: list[StationHealth], forgotten: list[str]) -> None:
        """Keep what is known of these stations' radios, and forget the others."""
        rows = [(health.station_id, json.dumps(health.to_record())) for health in known]
        with self._transaction() as db:
            db.executemany("INSERT OR REPLACE INTO stations VALUES (?, ?)", rows)
            db.executemany("DELETE FROM stations WHERE station_id = ?", [(station_id,) for station_id in forgotten])

    def last_chain_test(self) -> ChainRecord | None:
        """The newest test of the whole chain."""
        rows = self._rows(_CHAIN_TESTS + " DESC LIMIT 1")
        return _chain_record(rows[0][0]) if rows else None

    def keep_chain_test(self, record: ChainRecord) -> None:
        """Keep what came of one."""
        with self._transaction() as db:
            db.execute(
                "INSERT OR REPLACE INTO chain_tests VALUES (?, ?)", (record.at_ms, json.dumps(record.to_record()))
            )

    def _open(self, now_ms: int) -> None:
        version = self._rows("PRAGMA user_version")[0][0]
        if not 0 <= version <= SCHEMA_VERSION:
            raise ConfigError(str(self.path), "version", f"{version} is not ours ({SCHEMA_VERSION}); update Wardbell")
        for older in range(version or SCHEMA_VERSION, SCHEMA_VERSION):
            self._db.executescript(f"BEGIN IMMEDIATE; {MIGRATIONS[older]} PRAGMA user_version = {older + 1}; COMMIT;")
        if version == 0:
            epoch = secrets.token_hex(4)
            self._db.executescript(
                f"BEGIN IMMEDIATE; {CREATE} INSERT INTO meta VALUES ('epoch', '{epoch}');"
                f" PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;"
            )
        oldest_ms = now_ms - KEEP_MARKS_MS
        with contextlib.suppress(JournalError), self._transaction() as db:  # a full disk must not stop us from starting
            db.execute("DELETE FROM heard WHERE at_ms < ?", (oldest_ms,))
            db.execute("DELETE FROM commands WHERE at_ms < ?", (oldest_ms,))

    def _meta(self, key: str) -> str:
        return str(self._rows("SELECT value FROM meta WHERE key = ?", (key,))[0][0])

    def _put_out(self, publications: list[Publication]) -> None:
        rows = [(p.topic, p.payload, p.retain) for p in publications]
        self._db.executemany("INSERT INTO outbox (topic, payload, retain) VALUES (?, ?, ?)", rows)

    def _count_unknown(self, table: str, column: str, value: int, at_ms: int) -> None:
        self._db.execute(
            f"INSERT INTO {table} VALUES (?, ?, ?, 1) ON CONFLICT ({column}) DO UPDATE"
            " SET last_at_ms = max(last_at_ms, excluded.last_at_ms), times = times + 1",
            (value, at_ms, at_ms),
        )
        newest = f"SELECT {column} FROM {table} ORDER BY last_at_ms DESC LIMIT ?"
        self._db.execute(f"DELETE FROM {table} WHERE {column} NOT IN ({newest})", (MAX_UNKNOWN,))

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        self._check_is_there()
        try:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
        except sqlite3.Error as error:
            raise JournalError(f"{self.path}: {error}") from error

    def _check_is_there(self) -> None:
        """SQLite goes on in a file that was deleted, and all of it is gone at the next start."""
        with contextlib.suppress(OSError):
            if self.path.stat().st_ino == self._inode:
                return
        raise JournalError(f"{self.path}: was taken away or replaced; put it back, or start the gateway anew")

    def _rows(self, sql: str, values: tuple[object, ...] = ()) -> list[Any]:
        try:
            return self._db.execute(sql, values).fetchall()
        except sqlite3.Error as error:
            raise JournalError(f"{self.path}: {error}") from error


def connect(path: Path, synchronous: str) -> sqlite3.Connection:
    """A connection in WAL mode whose transactions are begun and ended by hand; any thread may use it, one at a time."""
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=BUSY_TIMEOUT_MS / 1000)
    try:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute(f"PRAGMA synchronous = {synchronous}")
    except sqlite3.Error:
        db.close()
        raise
    return db


def read_unknown_codes(path: Path) -> list[Unknown]:
    """Codes heard lately that nobody had enrolled, newest last; for other processes, beside a running gateway.

    Raises:
        ConfigError: there is no journal to read.
    """
    sql = "SELECT code, first_at_ms, last_at_ms, times FROM unknown_codes ORDER BY last_at_ms"
    return [Unknown(*row) for row in _read_only(path, sql)]


def read_unknown_nodes(path: Path) -> list[Unknown]:
    """The same for ids of nodes with a key."""
    sql = "SELECT node_id, first_at_ms, last_at_ms, times FROM unknown_nodes ORDER BY last_at_ms"
    return [Unknown(*row) for row in _read_only(path, sql)]


def read_stations(path: Path) -> list[StationHealth]:
    """What is known of the stations' radios, at most a minute old; for other processes, as above."""
    return [_health(record) for (record,) in _read_only(path, _STATIONS)]


def read_chain_tests(path: Path) -> list[ChainRecord]:
    """The tests of the whole chain, oldest first; for other processes, as above."""
    return [_chain_record(record) for (record,) in _read_only(path, _CHAIN_TESTS)]


def read_open_faults(path: Path) -> list[tuple[str, str]]:
    """Station (or other part) and detail of each open fault, oldest first; for other processes, as above."""
    sql = (
        "SELECT json_extract(record, '$.call.station_id'), json_extract(record, '$.call.detail') FROM events"
        " WHERE kind = 'placed' AND json_extract(record, '$.call.kind') = 'fault'"
        " AND call_id NOT IN (SELECT call_id FROM events WHERE kind = 'cleared') ORDER BY seq"
    )
    return [(str(part), str(detail)) for part, detail in _read_only(path, sql)]


def has_open_call(path: Path, station_id: str) -> bool:
    """Whether a call of that station is open, faults left out; for other processes, as above."""
    sql = (
        "SELECT 1 FROM events WHERE json_extract(record, '$.call.station_id') = ?"
        " AND json_extract(record, '$.call.kind') <> 'fault'"
        " AND call_id NOT IN (SELECT call_id FROM events WHERE kind = 'cleared') LIMIT 1"
    )
    return bool(_read_only(path, sql, station_id))


def _chain_record(record: str) -> ChainRecord:
    return ChainRecord(**json.loads(record))


def _health(record: str) -> StationHealth:
    return StationHealth.from_record(json.loads(record))


def _read_only(path: Path, sql: str, *values: object) -> list[Any]:
    try:
        with contextlib.closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as db:
            return db.execute(sql, values).fetchall()
    except sqlite3.Error as error:
        raise ConfigError(str(path), "journal", f"{error}; start `wardbell gateway` with this --home first") from error


def _take(path: Path) -> IO[str]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = path.with_name(f".{path.name}.lock").open("w")
    except OSError as error:
        raise ConfigError(
            str(path), "folder", f"{error.strerror}; give a folder that can be written with --home"
        ) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.close()
        remedy = "another gateway runs on this journal; end it, or give another --home"
        raise JournalTakenError(str(path), "lock", remedy) from error
    return lock


def _unusable(path: Path, error: Exception) -> ConfigError:
    remedy = "move it away with its -wal and -shm, keep it for the record; a new one begins empty"
    return ConfigError(str(path), "journal", f"{error}; {remedy}")
