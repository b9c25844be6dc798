"""A receiver that is blind says so on its display and to the host, and remembers what its air is like."""

import json

from firmware_bench import DeskBench

from wardbell_firmware.drivers.glyphs import BELL
from wardbell_firmware.receiver.radio_health import AIR_FILE
from wardbell_firmware.receiver.text import EVERYTHING_GOOD, NO_HOST
from wardbell_firmware.receiver.tones import PATTERNS
from wardbell_protocol.air.portion import Portion

CARRIER_LINES = ("Radio blind:", "carrier")


def carrier_begins(bench: DeskBench) -> None:
    """Somebody begins to send and does not end."""
    bench.desk.receive_air(Portion.of([bench.heard_until_us - bench.now_ms * 1000], bench.now_ms * 1000), bench.now_ms)
    bench.heard_until_us = bench.now_ms * 1000
    bench.settle()


def carrier_ends(bench: DeskBench) -> None:
    bench.desk.receive_air(Portion.of([bench.now_ms * 1000 - bench.heard_until_us], bench.now_ms * 1000), bench.now_ms)
    bench.heard_until_us = bench.now_ms * 1000
    bench.settle()


def noise(bench: DeskBench, seconds: int) -> None:
    """What an averaging slicer gives while nobody sends: 5,000 edges a second."""
    for _ in range(50 * seconds):
        bench.now_ms += 20
        pulses = [60, -60, 150, -150, 450, -450, 60, -60] * 12 + [50, -50, 900, -900]
        rest_us = bench.now_ms * 1000 - bench.heard_until_us - sum(map(abs, pulses))
        pulses += [rest_us // 2, rest_us // 2 - rest_us]
        bench.desk.receive_air(Portion.of(pulses, bench.now_ms * 1000), bench.now_ms)
        bench.heard_until_us = bench.now_ms * 1000
        bench.settle()


def blind_told(bench: DeskBench) -> list[object]:
    return [message["blind"] for message in bench.told_of("air")]


def test_a_carrier_is_shown_and_told_within_ten_seconds_and_so_is_its_end() -> None:
    bench = DeskBench()
    bench.plug_in()
    bench.wait(5_000)
    assert (bench.lines, blind_told(bench)) == ((EVERYTHING_GOOD, ""), [""])
    carrier_begins(bench)
    bench.wait(10_000)
    assert (bench.lines, blind_told(bench)) == (CARRIER_LINES, ["", "carrier"])
    bench.wait(20_000)
    carrier_ends(bench)
    bench.wait(10_000)
    assert (bench.lines, blind_told(bench)[-1]) == ((EVERYTHING_GOOD, ""), "")


def test_blindness_is_shown_before_all_else_that_is_wrong() -> None:
    bench = DeskBench()
    assert bench.lines == (NO_HOST, "")
    bench.wait(1_000)
    carrier_begins(bench)
    bench.wait(10_000)
    assert [line.split()[:-1] for line in bench.lines] == [["Radio", "blind:"], ["carrier"]]


def test_alone_blindness_is_a_fault_that_sounds_and_is_shown_beside_open_calls() -> None:
    bench = DeskBench(has_host=False)
    bench.press(1, "emergency")
    bench.pause()
    bench.tap()
    carrier_begins(bench)
    bench.lines_seen.clear()
    bench.tones_heard.clear()
    bench.wait(20_000)
    blind = [second for first, second in bench.lines_seen if first == "Radio blind:  " + BELL + "1"]
    assert blind
    assert all(second.startswith("carrier ") and second.endswith("s") for second in blind)
    assert set(bench.tones_heard) - {0} == {hz for hz, _ in PATTERNS["fault"]} - {0}
    assert (bench.desk.front.signs.green, bench.desk.front.signs.relay) == (False, False)
    carrier_ends(bench)
    bench.wait(10_000)
    assert [c.kind for c in bench.desk.board.open_calls()] == ["emergency"]
    assert (bench.desk.front.signs.green, bench.desk.front.signs.relay) == (True, True)


def test_a_host_that_comes_later_is_told() -> None:
    bench = DeskBench()
    bench.wait(1_000)
    carrier_begins(bench)
    bench.wait(10_000)
    bench.plug_in()
    bench.wait(1_000)
    assert blind_told(bench) == ["carrier"]


def test_figures_come_with_each_status() -> None:
    bench = DeskBench()
    bench.plug_in()
    bench.wait(120_000)
    assert len(bench.told_of("air")) == 1 + len(bench.told_of("status")) == 3
    assert {key: bench.told_of("air")[-1][key] for key in ("edges", "marks", "normal")} == {
        "edges": 0,
        "marks": 0,
        "normal": 0,
    }


def test_noise_is_learnt_and_kept_once_and_its_absence_after_a_restart_is_told() -> None:
    bench = DeskBench()
    noise(bench, 8)
    assert bench.lines == (NO_HOST, "")
    edges, longest_us = json.loads(bench.files[AIR_FILE])
    assert 4_500 < edges < 5_500
    assert longest_us == 900
    n_writes = bench.n_writes
    noise(bench, 3)
    assert bench.n_writes == n_writes
    again = DeskBench(has_host=False, files=bench.files)
    again.desk.receive_air(Portion.of([-10, 10], 20), 0)
    again.heard_until_us = 20
    again.wait(10_000)
    assert [line.split()[:-1] for line in again.lines] == [["Radio", "blind:"], ["silence"]]
    again.press(1)  # so the module has a squelch now: it hears, and what was kept is taken back
    again.wait(70_000)
    assert again.desk.radio.trouble == ""
    assert json.loads(again.files[AIR_FILE]) is None
    assert DeskBench(files=again.files).desk.n_all_refused == 0


def test_a_file_that_is_none_of_ours_is_counted() -> None:
    for n, data in enumerate((b"{", b"[1]", b'["a", 2]', b"[0, 5]"), 1):
        assert DeskBench(files={AIR_FILE: data}).desk.n_all_refused == 1, n


def test_heartbeats_in_words_never_push_a_press_out_of_a_queue_that_waits() -> None:
    bench = DeskBench()
    bench.press(1, "heartbeat")
    bench.pause()
    assert bench.desk.host.peer.unacknowledged == 0
    bench.plug_in()
    bench.press(2, "heartbeat")
    bench.wait(1_000)
    assert [message["t"] for message in bench.told if message["t"] in ("press", "press_end")] == ["press", "press_end"]
    assert bench.desk.board.calls == {}


def test_how_well_a_press_was_heard_goes_along() -> None:
    bench = DeskBench()
    bench.plug_in()
    bench.press(1)
    bench.wait(1_000)
    assert [message["quality"] for kind in ("press", "press_end") for message in bench.told_of(kind)] == [100, 100]
