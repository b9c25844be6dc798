"""`wardbell sim`: a ward of virtual beds and a virtual receiver whose serial line is a real port."""

import argparse
import contextlib
import json
import signal
import sys
import threading
from pathlib import Path

from wardbell_bus.paths import add_language, home
from wardbell_gateway.registry_storage import write_atomically
from wardbell_protocol.errors import WardbellError
from wardbell_simulator.headless import VERBS, run_headless
from wardbell_simulator.live import LiveWard
from wardbell_simulator.log import Record
from wardbell_simulator.panel_texts import TEXTS
from wardbell_simulator.plan import MOST_BEDS, WardPlan, default_plan, large_plan, load_plan
from wardbell_simulator.serial_line import PtyLine
from wardbell_simulator.ward import Ward

_EXAMPLES = f"""\
examples:
  wardbell sim                                six beds, keys and lamps on the screen
  wardbell sim --registry ward.json           write the registry that a gateway of this ward needs, if there is none
  wardbell sim --headless                     JSON lines, for scripts: echo 'press 203-2' | wardbell sim --headless
  wardbell sim --beds 300 --cpython           three hundred beds, their apps in this process
  wardbell sim --ward ward.toml --speed 10    a ward of your own, ten times as fast as the clock on the wall

{VERBS}
"""


def main(argv: list[str]) -> int:
    """Run a ward until told to quit; 0, or 2 if it could not begin or broke."""
    options = _parser().parse_args(argv)
    try:
        plan = _plan(options)
        if options.registry is not None:
            write_registry(plan, options.registry)
        line = PtyLine(options.serial or home() / "receiver.tty")
        with contextlib.closing(line):
            _run(options, plan, line)
    except (WardbellError, OSError) as error:
        print(f"wardbell sim: {error}", file=sys.stderr)
        return 2
    return 0


def write_registry(plan: WardPlan, path: Path) -> None:
    """Write the ward's registry for the gateway, unless the file is there: then it is people's."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        document = json.dumps(plan.registry_document(), ensure_ascii=False, indent=1) + "\n"
        write_atomically(path, document.encode(), is_secret=any(node.key for node in plan.nodes))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="wardbell sim",
        description="Run a virtual ward: real firmware, a virtual ether, a real serial port.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--headless", action="store_true", help="no screen: verbs on standard input, JSON lines out")
    parser.add_argument(
        "--serial", type=Path, metavar="PATH", help="the port's path; default receiver.tty in the state folder"
    )
    parser.add_argument(
        "--registry", type=Path, metavar="FILE", help="write the ward's registry there if there is none"
    )
    parser.add_argument("--ward", type=Path, metavar="FILE", help="a ward of your own (TOML, see simulator/README.md)")
    parser.add_argument("--beds", type=_n_beds, metavar="N", help="a ward of N beds")
    parser.add_argument("--cpython", action="store_true", help="run the apps in this process, not in MicroPython")
    parser.add_argument("--alone", action="store_true", help="a receiver that is set to have no host")
    parser.add_argument("--seed", type=int, default=0, help="of every draw; default %(default)s")
    parser.add_argument("--speed", type=_speed, default=1.0, help="virtual seconds a second; default %(default)g")
    add_language(parser, TEXTS)
    return parser


def _n_beds(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MOST_BEDS:
        raise argparse.ArgumentTypeError(f"a ward has 1 to {MOST_BEDS} beds; got {text!r}")
    return int(text)


def _speed(text: str) -> float:
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0 < speed < float("inf"):
        raise argparse.ArgumentTypeError(f"a speed is a number above 0; got {text!r}")
    return speed


def _plan(options: argparse.Namespace) -> WardPlan:
    if options.ward is not None:
        return load_plan(options.ward)
    return large_plan(options.beds) if options.beds else default_plan()


def _run(options: argparse.Namespace, plan: WardPlan, line: PtyLine) -> None:
    ward = Ward(plan, seed=options.seed, is_cpython=options.cpython, line=line, has_host=not options.alone)
    if options.headless:
        with ward:
            _headless(ward, line, options.speed)
    else:
        _panel(LiveWard(ward, options.speed), options.lang)


def _headless(ward: Ward, line: PtyLine, speed: float) -> None:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ward.post(stop.set))
    print(Record(0, "ward", "ready", {"serial": str(line.path)}).as_json(), flush=True)
    run_headless(ward, sys.stdin, sys.stdout, stop, speed)


def _panel(live: LiveWard, language: str) -> None:
    from wardbell_simulator.panel import WardApp

    live.start()
    try:
        WardApp(live, language).run()
    finally:
        live.stop()
    if live.error is not None:
        raise live.error
