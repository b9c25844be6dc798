"""A short one of the live nights of `make faults-engine`: engines and consoles killed on a real broker."""

from pathlib import Path

import pytest
from databases import Database
from live_night import LiveNight
from servers import BrokerProcess


@pytest.mark.parametrize(("broker", "database"), [("mosquitto", "postgresql")], indirect=True)
def test_engines_and_consoles_are_killed_and_what_was_pressed_is_done_once(
    broker: BrokerProcess, database: Database, tmp_path: Path
) -> None:
    night = LiveNight(broker.url, database, tmp_path, seed=5)
    night.run(3)
    assert night.kills == {"console": 2, "leader": 1, "standby": 1}  # a leader by itself: test_callcenter_kills
    assert night.n_offers_seen_again >= 2
