"""Brings a database to the form that this version knows, when it is opened. How to write a migration: callcenter/README.md."""

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from wardbell_callcenter.store.database import reader_of, shown
from wardbell_protocol.errors import ConfigError

FOLDER = Path(__file__).parent / "migrations"
UNCOUNTED = "0001"  # the form of the databases that were made before forms were counted
NEWEST = "0005"
# PostgreSQL's number for those who migrate, any that others do not use; a long table, and who waits for it, take their time.
STAND_ALONE = "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0; SELECT pg_advisory_xact_lock(1466004068)"


def migrate(engine: Engine) -> None:
    """Make the tables, or change them to what this version knows. Several engines may do it at once.

    Raises:
        ConfigError: a newer version has been at work here; nothing was changed.
        SQLAlchemyError: the database did not take it; nothing was changed.
    """
    with reader_of(engine).begin() as connection:
        if form_of(connection) == NEWEST:
            return
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":  # on SQLite this transaction is the only one that writes
            connection.exec_driver_sql(STAND_ALONE)
        _upgrade(connection, shown(str(engine.url)))


def form_of(connection: Connection) -> str:
    """The form of the tables there: a revision's number, empty where there are none."""
    tables = inspect(connection)
    if tables.has_table("alembic_version"):
        return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none() or "")
    return UNCOUNTED if tables.has_table("authority") else ""


def _upgrade(connection: Connection, url: str) -> None:
    # Loaded only where it has work: it takes a good part of the time to start.
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    form = form_of(connection)
    if form and form not in known:
        raise ConfigError(
            url,
            "--db",
            f"form {form}, of a newer Wardbell: this one knows {NEWEST}; install that one, or give another URL",
        )
    if form == UNCOUNTED:
        command.stamp(config, UNCOUNTED)
    command.upgrade(config, NEWEST)
