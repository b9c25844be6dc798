"""What the records say after the night: the gateway by the command that people use, the journals as they lie on the disk."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

from wardbell_simulator.story_teller import Teller

KINDS = ("placed", "acknowledged", "attended", "cleared")


def audit(told: Teller, expected: dict[str, dict[str, int]], proven: set[str], unproven: set[str]) -> None:
    """Everything happened as often as it did, and nothing is left. `expected`: by place, how often which event."""
    _nothing_open(told)
    _each_thing_once(told, expected)
    _proven(told, proven, unproven)
    _contacts(told)


def _nothing_open(told: Teller) -> None:
    program = str(Path(sys.executable).with_name("wardbell"))
    url, ward = told.house.broker_url, told.house.plan.ward
    command = [program, "calls", "list", "--json", "--broker", url, "--ward", ward]
    out = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    told.demand(out.returncode == 0, f"wardbell calls list answers: {out.stderr.strip()}")
    told.demand(not json.loads(out.stdout)["calls"], "the gateway has no open call")


def _each_thing_once(told: Teller, expected: dict[str, dict[str, int]]) -> None:
    events = told.journalled("gateway.db", "SELECT json_extract(record, '$.call.station_id'), kind FROM events")
    happened = Counter((station, kind) for station, kind in events if station in expected and kind in KINDS)
    wanted = Counter({(place, kind): n for place, kinds in expected.items() for kind, n in kinds.items()})
    told.demand(happened == wanted, f"each thing happened as often as it did: {dict(happened)}")


def _proven(told: Teller, proven: set[str], unproven: set[str]) -> None:
    found = told.journalled(
        "gateway.db",
        "SELECT DISTINCT json_extract(record, '$.call.station_id') FROM events"
        " WHERE json_extract(record, '$.call.authenticated')",
    )
    known = {str(station) for (station,) in found}
    told.demand(known >= proven, "the calls of nodes with a key are authenticated")
    told.demand(not known & unproven, f"those of {unproven} are not")


def _contacts(told: Teller) -> None:
    """Each contact had one who accepted it, each step was taken once, and nobody was asked twice for the same step."""
    contacts = told.journalled("callcenter.db", "SELECT state FROM contacts ORDER BY opened_at_ms")
    told.demand(contacts == [("resolved",), ("cleared_at_bed",)], f"two contacts, and how they ended: {contacts}")
    accepted = told.journalled("callcenter.db", "SELECT contact_id FROM offers WHERE state = 'accepted'")
    told.demand(len(accepted) == len(set(accepted)) == 2, f"each was accepted once: {accepted}")
    steps = told.journalled("callcenter.db", "SELECT call_id, step, loop FROM steps")
    told.demand(len(steps) == len(set(steps)) == 4, f"each step of the ward was taken once: {steps}")
    offers = told.journalled("callcenter.db", "SELECT contact_id, step, loop, target, medium FROM offers")
    told.demand(len(offers) == len(set(offers)), f"nobody was asked twice for the same step: {offers}")
    told.say("record", f"4 presses, 4 calls, 4 steps, 2 contacts, {len(offers)} offers, each accepted once;")
    told.say("record", "nothing lost, nothing doubled")
