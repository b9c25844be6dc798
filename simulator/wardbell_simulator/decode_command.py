"""`wardbell decode`: recordings in, presses out, one JSON object a line."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from wardbell_protocol.air.portion import Portion
from wardbell_protocol.air.presses import SILENCE_US, PressReceiver
from wardbell_protocol.errors import ConfigError
from wardbell_simulator.trains import Train, read_trains

_EXAMPLES = """\
examples:
  wardbell decode words.jsonl                 every pulse train of a file
  wardbell decode g001_433.92M_250k.cu8       an IQ recording, sample rate out of its name
  wardbell decode *.cu8 | jq .presses         many recordings

A press whose station went on with another code, a second key of one remote, has it under "then".
A train is a line {"id": "...", "pulses": [58148, -6924, 488, ...]}: microseconds, + carrier on, - carrier off.
"""


def main(argv: list[str]) -> int:
    """Decode every file named; 0 if all could be read, 2 if one could not."""
    parser = argparse.ArgumentParser(
        prog="wardbell decode",
        description="Decode recordings of 433 MHz remotes: PT2262, SC226x, EV1527.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("files", metavar="FILE", nargs="+", type=Path, help="pulse trains (.jsonl) or IQ (.cu8)")
    files: list[Path] = parser.parse_args(argv).files
    try:
        for path in files:
            for train in read_trains(path):
                print(json.dumps(decode(train)))
    except ConfigError as error:
        print(f"wardbell decode: {error}", file=sys.stderr)
        return 2
    return 0


def decode(train: Train) -> dict[str, Any]:
    """Say what presses a train holds and what in it was no press."""
    from wardbell_gateway.iq.described import presses_of

    receiver = PressReceiver()
    events = receiver.receive(Portion.of(train.pulses, train.length_us))
    events += receiver.poll(train.length_us + 2 * SILENCE_US)
    return {"id": train.id, "presses": presses_of(events), "rejects": receiver.rejects}
