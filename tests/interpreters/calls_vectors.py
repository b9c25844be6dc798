"""The scripts of vectors/calls.json. Arguments: folder of the protocol, folder of the tests."""

import json
import sys

sys.path.insert(0, sys.argv[1])
sys.path.insert(0, sys.argv[2])

from calls_script import open_rows, play, steps_due

from wardbell_protocol.calls.board import CallEvent
from wardbell_protocol.calls.station import Station, StationTable

with open(sys.argv[1] + "/vectors/calls.json") as file:  # noqa: PTH123 (the device has no pathlib)
    vectors = json.load(file)
stations = {record["station_id"]: Station.from_record(record) for record in vectors["stations"]}
for script in vectors["scripts"]:
    done, board, journal = play(script, stations)
    print(script["name"], done == [step["expect"] for step in script["steps"]], done)
    print(open_rows(board) == script["open"], board.next_deadline_ms() == script["deadline"])
    print(all(CallEvent.from_record(json.loads(json.dumps(event.to_record()))).call == event.call for event in journal))
for vector in vectors["due"]:
    print(vector["name"], [[at_ms, steps_due(vector, at_ms)] for at_ms, _ in vector["at"]] == vector["at"])
table = StationTable(list(stations.values()))
for vector in vectors["resolve"]:
    found = table.resolve(vector["code"], vector["trits"])
    print(vector["trits"], (None if found is None else [found[0].station_id, found[1]]) == vector["expect"])
for vector in vectors["resolve_frame"]:
    found = table.resolve_frame(vector["node"], vector["event"])
    print(vector["node"], (None if found is None else [found[0].station_id, found[1]]) == vector["expect"])
