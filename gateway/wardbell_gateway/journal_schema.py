"""The journal's tables, and how an older journal gets those that it lacks."""

SCHEMA_VERSION = 4

_FIRST = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, at_ms INTEGER NOT NULL, kind TEXT NOT NULL, call_id TEXT NOT NULL,
    record TEXT NOT NULL);
CREATE INDEX events_of_call ON events (call_id, seq);
CREATE INDEX cleared_calls ON events (call_id) WHERE kind = 'cleared';
CREATE TABLE heard (
    ear TEXT NOT NULL, epoch TEXT NOT NULL, seq INTEGER NOT NULL, code INTEGER NOT NULL, at_ms INTEGER NOT NULL,
    PRIMARY KEY (ear, epoch, seq)) WITHOUT ROWID;
CREATE INDEX heard_when ON heard (at_ms);
CREATE TABLE commands (command_id TEXT PRIMARY KEY, at_ms INTEGER NOT NULL, reply BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE outbox (
    row_id INTEGER PRIMARY KEY AUTOINCREMENT, topic TEXT NOT NULL, payload BLOB NOT NULL, retain INTEGER NOT NULL);
CREATE TABLE unknown_codes (
    code INTEGER PRIMARY KEY, first_at_ms INTEGER NOT NULL, last_at_ms INTEGER NOT NULL, times INTEGER NOT NULL);
CREATE INDEX unknown_when ON unknown_codes (last_at_ms);
"""
# Kept for ever, 20 bytes a press: a frame that was taken once is never news again, whatever an ear may have forgotten.
_SECOND = """
CREATE TABLE frames (
    node_id INTEGER NOT NULL, key_mark TEXT NOT NULL, counter INTEGER NOT NULL, PRIMARY KEY (node_id, key_mark, counter)
    ) WITHOUT ROWID;
CREATE TABLE unknown_nodes (
    node_id INTEGER PRIMARY KEY, first_at_ms INTEGER NOT NULL, last_at_ms INTEGER NOT NULL, times INTEGER NOT NULL);
"""
_THIRD = """
CREATE TABLE stations (station_id TEXT PRIMARY KEY, record TEXT NOT NULL) WITHOUT ROWID;
"""
# One row a day, kept for ever: the proof that the chain was tested.
_FOURTH = """
CREATE TABLE chain_tests (at_ms INTEGER PRIMARY KEY, record TEXT NOT NULL);
"""

CREATE = _FIRST + _SECOND + _THIRD + _FOURTH
MIGRATIONS = {1: _SECOND, 2: _THIRD, 3: _FOURTH}  # from that version to the next
