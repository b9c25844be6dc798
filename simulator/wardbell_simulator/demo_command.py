"""`wardbell demo`: the whole chain on this machine, with the nurse console beside a panel of the virtual ward."""

import argparse
import dataclasses
import logging
import sys
import tempfile
import time
from pathlib import Path

from wardbell_bus.paths import add_language
from wardbell_console.desk import Desk
from wardbell_console.feed import Feed
from wardbell_console.language import CATALOGUES, Language
from wardbell_console.mqtt_port import MqttPort
from wardbell_protocol.errors import WardbellError
from wardbell_simulator.house import House
from wardbell_simulator.keying import with_keys
from wardbell_simulator.live import LiveWard
from wardbell_simulator.plan import WardPlan, default_plan
from wardbell_simulator.serial_line import PtyLine
from wardbell_simulator.ward import Ward

_TEXT = """\
Starts a broker, a gateway, a call centre and an escalator on loopback and a ward of virtual beds that run the real
firmware, and shows the nurse console beside the ward. What they keep is deleted at the end, unless --home names a folder.
"""
_EXAMPLES = """\
examples:
  wardbell demo
  wardbell demo --lang zh_CN
  wardbell demo --slow        the escalation times of a real ward: call centre after 60 s or 180 s, not 30 s

keys on the ward's side:  1..8 or arrows choose a bed, p press, b bathroom cord, r reset at the bed,
                          s staff are at the bed, u pull its handset out or plug it in,
                          k acknowledge at the receiver, K hold to clear, n browse, m mute, j jam the air for 20 s,
                          L then o (twice) teach the receiver a strange remote, z the mains fail or come back
keys on the nurses' side: a acknowledge, c clear, e escalate, h history, f faults
TAB changes sides, F1 helps, F2 call centre, F3 language, CTRL+Q quits
"""

# Short enough to watch a call go unanswered to the call centre. Real defaults: calls/escalation.py.
_QUICK = {"steps": [["forward", 15], ["call_centre", 30], ["all_stations", 60]], "reraise_s": 60}
_QUICK_KINDS = ("code", "emergency", "bathroom", "staff_assist", "normal")


def main(argv: list[str]) -> int:
    """Run until the person quits: 0; 2 where a part could not start."""
    parser = argparse.ArgumentParser(
        prog="wardbell demo",
        description=_TEXT,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--home", metavar="DIR", type=Path, help="keep journal, registry and logs there")
    add_language(parser, CATALOGUES)
    parser.add_argument("--slow", action="store_true", help="escalate as slowly as a real ward")
    options = parser.parse_args(argv)
    plan = default_plan()
    if not options.slow:
        plan = dataclasses.replace(plan, policies=dict.fromkeys(_QUICK_KINDS, _QUICK))
    try:
        if options.home is not None:
            _run(options.home, plan, options.lang)
        else:
            with tempfile.TemporaryDirectory(prefix="wardbell-demo-") as folder:
                _run(Path(folder), plan, options.lang)
    except WardbellError as error:
        print(f"wardbell demo: {error}", file=sys.stderr)
        return 2
    return 0


def now_ms() -> int:
    """UNIX time."""
    return time.time_ns() // 1_000_000


def _run(home: Path, plan: WardPlan, language: str) -> None:
    from wardbell_simulator.demo_app import DemoApp

    home.mkdir(parents=True, exist_ok=True)
    plan = with_keys(plan, home / "registry.json")
    logging.basicConfig(filename=home / "demo.log", level=logging.INFO)  # the screen belongs to the app
    house = House(home, plan)
    live = LiveWard(Ward(plan, line=PtyLine(house.serial)))
    feed = Feed("console-demo", "Li Na", (plan.ward,))
    port = MqttPort(house.broker_url, feed.client_id, feed.subscriptions(), "demo", plan.ward, now_ms())
    live.start()
    try:
        with house:
            port.start()
            DemoApp(Desk(feed, port, now_ms, Language(language)), live).run()
            port.stop()
            house.check()
    finally:
        live.stop()
    if live.error is not None:
        raise live.error
