"""The images that go onto boards, on the emulated RP2040, where they have been built (`make firmware`)."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from wardbell_firmware.boards.pins import PICO_BEDSIDE, PICO_RECEIVER
from wardbell_firmware.version import VERSION
from wardbell_simulator.chip.board import EmulatedPico
from wardbell_simulator.chip.display import wire_display

FOLDER = Path(__file__).resolve().parent.parent.parent / "build" / "image"

FREE_AT_LEAST = 100 * 1024
PRESS_TO_AIR_MS = 30
INTERRUPTIBLE_MS = 2000
START_MS = 1200  # from the end of that window to an app that runs, at most

KEY = bytes(range(16)).hex()
NODE = {
    "role": "bedside",
    "board": "pico",
    "node_id": 7,
    "key": KEY,
    "signals": {"call": "normal", "reset": "reset", "cord": "bathroom", "handset": "emergency"},
}
RECEIVER = {"role": "receiver", "board": "pico", "name": "east"}
STATIONS = [
    {
        "station_id": f"s{n}",
        "room": str(200 + n),
        "bed": "1",
        "address": "",
        "node_id": n,
        "key": KEY,
        "codes": {},
        "clear_at": ["receiver"],
    }
    for n in range(1, 65)
]

DIES = """
from wardbell_firmware.boards.start import start
with open("settings.json", "w") as file:
    file.write({settings!r})
start("bedside", ("pico",), lambda settings: 1 // 0)
"""
CTRL_C_IN_A_FRAME = b"~\x01\x03\x03\r\x03~"

HEAP = """
import gc
{imports}
app = {app}({board}({settings!r}))
for _ in range(3):
    app.step(app.board.clock.now_ms())
gc.collect()
gc.collect()
print(gc.mem_free())
"""


def image(role: str) -> Path:
    file = FOLDER / f"{role}.uf2"
    if not file.is_file():
        pytest.skip(f"no {role} image: `make firmware` builds it where Debian's sources or MICROPYTHON=DIR are at hand")
    return file


def started(role: str, files: Mapping[str, object]) -> EmulatedPico:
    """A board with these files, its loops closed, its keys open, its mains there."""
    pico = EmulatedPico(image(role), {name: json.dumps(files[name]).encode() for name in files})
    if role == "bedside":
        for loop in ("cord", "handset"):
            pico.pins.drive(PICO_BEDSIDE[loop], 0)
    else:
        pico.pins.drive(PICO_RECEIVER["mains"], 1)
    return pico


def free_bytes(pico: EmulatedPico, role: str, board: str, settings: Mapping[str, object]) -> int:
    app = f"{role.title()}App"
    imports = (
        f"from wardbell_firmware.{role}.app import {app}\nfrom wardbell_firmware.boards.rp2040.{role} import {board}"
    )
    return int(pico.run(HEAP.format(imports=imports, app=app, board=board, settings=settings)))


@pytest.mark.parametrize("role", ["bedside", "receiver"])
def test_without_settings_it_says_so_and_stays_at_the_repl(role: str) -> None:
    pico = started(role, {})
    pico.run_for_us(100_000)
    said = pico.take_heard().decode()
    assert said.startswith(f"Wardbell {role} {VERSION}\r\nsettings.json: not there: write it over USB with")
    assert said.endswith(">>> ")


def test_a_node_leaves_room_on_the_heap() -> None:
    assert free_bytes(started("bedside", {}), "bedside", "PicoBedside", NODE | {"two_way": True}) >= FREE_AT_LEAST


def test_a_receiver_of_64_stations_leaves_room_on_the_heap_and_begins_its_calendar_where_it_is_told() -> None:
    pico = started("receiver", {"stations.json": STATIONS})
    settings = RECEIVER | {"host": False, "bus": {"date": "2026-11-30"}}
    assert free_bytes(pico, "receiver", "PicoReceiver", settings) >= FREE_AT_LEAST
    assert pico.run("import time\nprint(time.gmtime()[:3])") == "(2026, 12, 2)\n"


def test_a_node_starts_and_a_press_is_on_the_air_within_30_ms() -> None:
    pico = started("bedside", {"settings.json": NODE})
    edges = pico.pins.edges(PICO_BEDSIDE["radio"])
    pico.run_for_us((INTERRUPTIBLE_MS + START_MS) * 1000)
    edges.clear()
    pressed_ns = pico.pins.now_ns
    pico.pins.drive(PICO_BEDSIDE["call"], 0)
    pico.run_for_us(60_000)
    assert edges
    assert edges[0][0] - pressed_ns < PRESS_TO_AIR_MS * 1_000_000
    assert len(edges) > 100  # 27 ms of a frame


def test_a_receiver_starts_and_what_its_host_sends_does_not_stop_it() -> None:
    pico = started("receiver", {"settings.json": RECEIVER, "stations.json": STATIONS[:2]})
    glass = wire_display(pico.pins, PICO_RECEIVER)
    pico.run_for_us(500_000)
    pico.say(CTRL_C_IN_A_FRAME)
    pico.run_for_us((INTERRUPTIBLE_MS + START_MS - 500) * 1000)
    assert glass.lines()[0].rstrip() == "No host link"
    assert glass.n_busy == 0
    pico.take_heard()
    pico.say(CTRL_C_IN_A_FRAME)
    pico.run_for_us(1_050_000)
    heard = pico.take_heard()
    assert heard.count(b"~") >= 2  # it says hello each second
    assert b">>>" not in heard


def test_a_node_whose_settings_have_rotted_shows_that_it_is_of_no_use() -> None:
    pico = started("bedside", {"settings.json": "rotten"})
    red, green = (pico.pins.edges(PICO_BEDSIDE[lamp]) for lamp in ("lamp_red", "lamp_green"))
    pico.run_for_us((INTERRUPTIBLE_MS + START_MS + 1_000) * 1000)
    assert "not an object" in pico.take_heard().decode()
    assert min(len(red), len(green)) >= 6  # three flashes


def test_ctrl_c_in_the_first_two_seconds_stays_at_the_repl() -> None:
    pico = started("bedside", {"settings.json": NODE})
    pico.run_for_us(500_000)
    assert pico.run("import sys\nprint(sys.platform)") == "rp2\n"
    pico.run_for_us((INTERRUPTIBLE_MS + START_MS) * 1000)
    assert pico.run("print('still here')") == "still here\n"


def test_an_app_that_dies_restarts_the_board_and_leaves_its_traceback() -> None:
    pico = started("bedside", {})
    pico.start(DIES.format(settings=json.dumps(NODE)))
    pico.run_for_us((INTERRUPTIBLE_MS + 500) * 1000)
    assert pico.take_heard().decode().count(f"Wardbell bedside {VERSION}") == 2, "once by the script, once anew"
    crash = pico.run("print(open('crash.txt').read())")
    assert "Traceback" in crash
    assert crash.rstrip().endswith("ZeroDivisionError: divide by zero")
