"""The house's document in either database, and what the engine sees of it."""

from collections.abc import Iterator

import pytest
from databases import Database
from sqlalchemy import Engine

from wardbell_callcenter.house import House, Ward
from wardbell_callcenter.houses import Houses
from wardbell_callcenter.store.database import open_engine
from wardbell_callcenter.store.house_rows import HouseForm, HouseRows
from wardbell_callcenter.store.migration import migrate
from wardbell_protocol.errors import ConfigError


@pytest.fixture
def engine(database: Database) -> Iterator[Engine]:
    engine = open_engine(database.url)
    migrate(engine)
    yield engine
    engine.dispose()


def test_every_form_is_kept_and_the_newest_counts(engine: Engine) -> None:
    with engine.begin() as connection:
        rows = HouseRows(connection)
        assert rows.newest() is None
        assert [rows.put(b"{}", "li", 1000), rows.put(b'{"time_zone": "UTC"}', "wang", 2000)] == [1, 2]
    with engine.begin() as connection:
        rows = HouseRows(connection)
        newest = HouseForm(2, 2000, "wang", b'{"time_zone": "UTC"}')
        assert rows.newest() == newest
        assert rows.at(1) == HouseForm(1, 1000, "li", b"{}")
        assert rows.at(3) is None
        assert rows.history(1) == [newest]


def test_the_house_is_read_again_only_when_it_has_changed(engine: Engine) -> None:
    houses = Houses()
    with engine.begin() as connection:
        rows = HouseRows(connection)
        assert houses.newest(rows) == House()
        rows.put(b'{"wards": {"east": {}}}', "li", 1000)
        first = houses.newest(rows)
        assert (first.wards, houses.revision) == ({"east": Ward()}, 1)
        assert houses.newest(rows) is first
        rows.put(b"{}", "li", 2000)
        assert (houses.newest(rows), houses.revision) == (House(), 2)


def test_a_form_that_this_version_cannot_read_is_refused(engine: Engine) -> None:
    with engine.begin() as connection:
        rows = HouseRows(connection)
        rows.put(b'{"lifts": 3}', "li", 1000)
        with pytest.raises(ConfigError, match=r"revision 1 of the house: the document: .*lifts"):
            Houses().newest(rows)
