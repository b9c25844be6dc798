"""Who did what to whom or what, and why: rows that are only ever added, each sealed with the one before it.

Whoever changes or removes a row in the middle breaks all seals behind it, or leaves a gap. The newest rows can be cut off
without a trace in the table itself: note `head` somewhere else, and ask `verify` about it later.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping, insert, select

from wardbell_callcenter.store.house_tables import audit

NO_SEAL = "0" * 64  # before the first
AT_ONCE = 1000


@dataclass(frozen=True)
class Entry:
    """One act. `what`: the verb; `of`: the agent, contact, document it was done to."""

    entry: int
    at_ms: int
    by: str
    what: str
    of: str
    reason: str
    detail: dict[str, str]
    seal: str


@dataclass(frozen=True)
class Head:
    """How far the audit had come."""

    entry: int = 0
    seal: str = NO_SEAL


class AuditRows:
    """Of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def append(self, at_ms: int, by: str, what: str, of: str = "", reason: str = "", **detail: str) -> Entry:
        """Write down that it was done, in the transaction that does it."""
        head = self.head()
        values = {
            "entry": head.entry + 1,
            "at_ms": at_ms,
            "by": by[:64],
            "what": what[:32],
            "of": of[:128],
            "reason": reason[:256],
            "detail": json.dumps(detail, sort_keys=True).encode(),
        }
        seal = _seal(head.seal, values)
        self._connection.execute(insert(audit).values(**values, seal=seal))
        return Entry(head.entry + 1, at_ms, by[:64], what[:32], of[:128], reason[:256], detail, seal)

    def head(self) -> Head:
        """The newest row's number and seal."""
        newest = select(audit.c.entry, audit.c.seal).order_by(audit.c.entry.desc()).limit(1)
        row = self._connection.execute(newest).first()
        return Head() if row is None else Head(row.entry, row.seal)

    def between(self, from_ms: int, until_ms: int, limit: int = AT_ONCE) -> list[Entry]:
        """What was done in that time, the newest `limit` of it, oldest first."""
        in_time = (audit.c.at_ms >= from_ms) & (audit.c.at_ms < until_ms)
        wanted = select(audit).where(in_time).order_by(audit.c.entry.desc()).limit(limit)
        return [_entry(row) for row in self._connection.execute(wanted).mappings()][::-1]

    def verify(self, noted: Head | None = None) -> int | None:
        """The first row that is not what was written, is missing, or is not what was `noted`; None where all stand."""
        head, noted_entry = Head(), 0 if noted is None else noted.entry
        for row in self._rows():
            if row["entry"] != head.entry + 1 or row["seal"] != _seal(head.seal, dict(row)):
                return head.entry + 1
            head = Head(row["entry"], row["seal"])
            if noted is not None and head.entry == noted_entry and head != noted:
                return noted_entry
        return head.entry + 1 if head.entry < noted_entry else None

    def _rows(self) -> Iterator[RowMapping]:
        after = 0
        while True:
            wanted = select(audit).where(audit.c.entry > after).order_by(audit.c.entry).limit(AT_ONCE)
            rows = self._connection.execute(wanted).mappings().all()
            if not rows:
                return
            yield from rows
            after = rows[-1]["entry"]


def _seal(before: str, values: dict[str, object]) -> str:
    detail = values["detail"]
    assert isinstance(detail, bytes)
    texts = [values[name] for name in ("entry", "at_ms", "by", "what", "of", "reason")]
    return hashlib.sha256(json.dumps([before, *texts, detail.decode()]).encode()).hexdigest()


def _entry(row: RowMapping) -> Entry:
    return Entry(**{**row, "detail": json.loads(row["detail"])})
