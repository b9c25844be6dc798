"""An evening at the receiver's desk. Arguments: folders of the protocol, the tests and the firmware."""

import json
import sys

for folder in sys.argv[1:]:
    sys.path.insert(0, folder)

from firmware_bench import DeskBench, call, keyed, sealed, station  # noqa: E402

from wardbell_protocol.air.codeword import CodeWord  # noqa: E402


def show(bench: DeskBench, what: str) -> None:
    codes = sorted(int(str(message["code"])) for message in bench.told_of("press"))
    print(bench.now_ms, what, bench.lines, bench.tone_hz, codes)


bench = DeskBench(8)
show(bench, "no host yet")
for number, signal in (
    (1, "normal"),
    (2, "bathroom"),
    (1, "normal"),
    (3, "emergency"),
    (4, "low_battery"),
    (3, "reset"),
    (2, "presence"),
):
    bench.press(number, signal)
    bench.pause()
    show(bench, signal)
bench.tap()
show(bench, "tap")
bench.hold(3_100)
show(bench, "hold")
for _ in range(6):
    bench.wait(2_000)
    show(bench, "turn")
bench.plug_in()
show(bench, "host")
bench.say(call(5, "code", age=9_000, since=9_000), {"t": "calls", "n": 1, "seen": 99})
show(bench, "a call of the host, a list of another life")
bench.say({"t": "calls", "n": 1, "seen": bench.desk.host.peer.last_acknowledged})
show(bench, "the host's list")
bench.press(5, "reset")
show(bench, "reset")
bench.say(station(6, room="Sunflower 12"), {"t": "stations", "n": 1}, {"t": "reraise", "by_kind": {"normal": [10, 20]}})
print(sorted(bench.files))
bench.press(6)
bench.tap()
bench.wait(9_000)
show(bench, "answered")
bench.wait(2_000)
show(bench, "rings again")
bench.send(CodeWord(0x123456))
bench.unplug()
bench.wait(70_000)
show(bench, "host gone")
print(sorted(set(bench.lines_seen)))
print(len(bench.tones_heard), bench.desk.n_unknown, bench.desk.n_all_refused)
bench = DeskBench(has_host=False)
bench.enrol(keyed(1), station(2))
for counter, signal in ((1, "normal"), (2, "emergency"), (3, "presence"), (4, "reset")):
    bench.send_frame(sealed(1, counter, signal), 2)
    show(bench, "frame " + signal)
bench.press(1)
bench.press(2)
show(bench, "words")
bench.wait(6_000)
again = DeskBench(has_host=False, epoch=8, files=bench.files)
again.wait(6_000)
for counter in (1, 2, 4):
    again.send_frame(sealed(1, counter))
    again.pause()
show(again, "replayed after a loss of power")
again.send_frame(sealed(1, 5, key=bytes(16)))
again.send_frame(sealed(1, 6))
show(again, "forged, then true")
print(sorted(again.desk.nodes.rejects.items()), again.files["counters.json"])
bench = DeskBench(8, has_host=False)
bench.press(1)
bench.press(2, "bathroom")
bench.press(3, "low_battery")
for key in ("browse", "browse", "browse", "mute", "ack", "mute"):
    bench.tap(key)
    show(bench, key)
bench.hold(1_500)
show(bench, "held and let go")
bench.switch_mains(False)
bench.wait(9_000)
show(bench, "no mains")
bench.lose_display(True)
bench.wait(4_000)
show(bench, "no display")
bench.lose_display(False)
bench.wait(31_000)
show(bench, "a display again")
for number in (1, 2):
    bench.press(number, "reset")
bench.hold(3_100, "ack", "browse")
show(bench, "lesson")
for _ in range(2):
    bench.send(CodeWord(0x5A5A5A))
    bench.pause()
    show(bench, "unknown button")
for key in ("browse", "browse", "ack", "ack", "ack", "ack", "ack", "ack", "browse", "ack", "ack"):
    bench.tap(key)
    show(bench, key)
bench.wait(9_000)
bench.send(CodeWord(0x5A5A5A))
show(bench, "learnt")
print([sorted(record.items()) for record in json.loads(bench.files["learned.json"].decode())])
signs = bench.desk.front.signs
print(signs.green, signs.red, signs.relay, signs.next_deadline_ms())
