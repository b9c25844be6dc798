"""The ward without a screen: verbs as lines in, a JSON line out for each change."""

import threading
from collections.abc import Callable, Iterable
from typing import TextIO

from wardbell_simulator.errors import WardError
from wardbell_simulator.jammer import KINDS
from wardbell_simulator.log import Record
from wardbell_simulator.ward import PRESS_MS, Ward

VERBS = """\
verbs, one a line on standard input:
  press BED [KEY [MS]]       press a key of a bed, its first unless named
  reset BED                  press its reset key
  unplug BED, replug BED     pull its handset's plug, or put it back
  ack [MS], hold             the receiver's acknowledge key, pressed or held
  browse, mute               its other keys
  learn                      its acknowledge and browse keys, held
  remote                     a remote that nobody enrolled is pressed
  mains off, mains on        the receiver's mains supply fails, or is back
  display off, display on    the cable of the receiver's display is pulled, or put in again
  pull, plug                 the serial cable
  kill [BED], restart [BED]  the power of a bed's node; of the receiver unless named
  battery BED MV             what its battery has from now on
  jam KIND SECONDS           somebody jams 433.92 MHz; KIND: carrier, keying
  break                      the receiver's radio module dies; missed where the ward has noise
  quit"""


def do_verb(ward: Ward, line: str, leave: Callable[[], object]) -> None:
    """Do one line. Raises WardError saying what is wrong with it."""
    name, *args = line.split()
    bare: dict[str, Callable[[], object]] = {
        "ack": ward.acknowledge,
        "hold": ward.hold_ack,
        "browse": ward.browse,
        "mute": ward.mute,
        "learn": ward.learn,
        "remote": ward.press_other,
        "pull": ward.pull_cable,
        "plug": ward.plug_cable,
        "kill": ward.kill_receiver,
        "restart": ward.restart_receiver,
        "break": ward.break_radio,
        "quit": leave,
    }
    of_bed: dict[str, Callable[[str], object]] = {
        "press": ward.press,
        "reset": ward.reset,
        "unplug": ward.unplug,
        "replug": ward.plug,
        "kill": ward.kill_bed,
        "restart": ward.restart_bed,
    }
    match name, args:
        case "press", [bed, key]:
            ward.press(bed, key)
        case "press", [bed, key, ms]:
            ward.press(bed, key, _whole(ms, "ms", PRESS_MS))
        case "battery", [bed, mv]:
            ward.set_battery(bed, _whole(mv, "mV", 2_100))
        case "jam", [kind, seconds] if kind in KINDS:
            ward.jam(kind, _whole(seconds, "s", 30) * 1_000)
        case "mains", ["off" | "on" as state]:
            ward.receiver.switch_mains(state == "on")
        case "display", ["off" | "on" as state]:
            ward.receiver.plug_display(state == "on")
        case "ack", [ms]:
            ward.acknowledge(_whole(ms, "ms", PRESS_MS))
        case _, [bed] if name in of_bed:
            of_bed[name](bed)
        case _, [] if name in bare:
            bare[name]()
        case _:
            raise WardError(f"not a verb: {line.strip()!r}\n{VERBS}")


def _whole(text: str, unit: str, as_in: int) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise WardError(f"a whole number of {unit} is wanted, as {as_in}; got {text!r}")
    return int(text)


def run_headless(ward: Ward, verbs: Iterable[str], out: TextIO, stop: threading.Event, speed: float) -> None:
    """Run at wall speed until `stop`. The end of `verbs` ends nothing: a supervised ward has none.

    Raises whatever ends the ward before that.
    """

    def tell(record: Record) -> None:
        out.write(record.as_json() + "\n")
        out.flush()

    def attempt(line: str) -> None:
        try:
            do_verb(ward, line, stop.set)
        except WardError as error:
            tell(Record(ward.timeline.now_us, "ward", "refused", str(error)))

    def read() -> None:
        for line in verbs:
            if line.strip():
                ward.post(attempt, line)

    ward.watch(tell)
    # Daemon: nothing can take it out of a read of standard input.
    threading.Thread(target=read, name="verbs", daemon=True).start()
    ward.run_live(speed, stop)
