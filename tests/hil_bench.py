"""One board of the hardware-in-the-loop suite, at its REPL."""

import json
from collections.abc import Callable
from typing import Any

from wardbell_firmware.receiver.keyed_nodes import COUNTERS_FILE
from wardbell_firmware.receiver.local_stations import LEARNED_FILE
from wardbell_firmware.receiver.memory import OPEN_CALLS_FILE
from wardbell_firmware.receiver.radio_health import AIR_FILE
from wardbell_firmware.receiver.table import RERAISE_FILE, STATIONS_FILE
from wardbell_firmware.startup import CRASH_FILE, SETTINGS_FILE
from wardbell_firmware.version import VERSION
from wardbell_gateway.provision.board_repl import BoardError, BoardRepl
from wardbell_gateway.provision.identity import Identity, identify
from wardbell_gateway.provision.settings import COUNTER_FILES

CONNECT_S = (
    60.0  # a receiver that runs cannot be stopped: it is unplugged, plugged in, and caught in its first 2 seconds
)
# What a running app keeps on its board.
FILES = (
    SETTINGS_FILE,
    CRASH_FILE,
    *COUNTER_FILES,
    STATIONS_FILE,
    RERAISE_FILE,
    LEARNED_FILE,
    OPEN_CALLS_FILE,
    COUNTERS_FILE,
    AIR_FILE,
)

NODE_ID = 7
KEY = bytes(range(16))
NODE_SETTINGS = {
    "role": "bedside",
    "node_id": NODE_ID,
    "key": KEY.hex(),
    "signals": {"call": "normal", "reset": "reset"},
}
RECEIVER_SETTINGS = {"role": "receiver", "name": "bench"}

Ask = Callable[[str], None]


class Bench:
    """One board at its REPL, `board` made there; what its files held is put back at the end."""

    def __init__(self, port: str, role: str, settings: dict[str, Any], tell: Ask) -> None:
        self.port = port
        self._tell = tell
        self.repl = BoardRepl.connect(port, CONNECT_S, tell)
        self.kind: Identity = identify(self.repl, role, VERSION)
        self.settings = settings | {"board": self.kind.kind.name}
        self._role = role
        self._before = {name: self.repl.read_file(name) for name in FILES}

    def make_board(self) -> None:
        """A fresh interpreter with the board in it."""
        self.repl.soft_reset()
        module, _, name = self.kind.kind.classes[self._role].rpartition(".")
        self.repl.run(f"import json, time\nfrom {module} import {name}\nboard = {name}({self.settings!r})")

    def reconnect(self) -> None:
        """To the REPL again, from whatever it does."""
        self.repl.close()
        self.repl = BoardRepl.connect(self.port, CONNECT_S, self._tell)

    def restore(self) -> None:
        """Every file as it was."""
        try:
            self.repl.run("")
        except BoardError:
            self.reconnect()
        for name, content in self._before.items():
            self.repl.replace_file(name, content)
        self.repl.close()


def stations() -> bytes:
    """The table in which the node stands."""
    record = {
        "station_id": "bench",
        "room": "1",
        "bed": "1",
        "address": "",
        "codes": {},
        "clear_at": ["bed", "receiver"],
    }
    return json.dumps([record | {"node_id": NODE_ID, "key": KEY.hex()}]).encode()
