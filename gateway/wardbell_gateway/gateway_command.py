"""`wardbell gateway`: the authority of one ward."""

import argparse
import logging
import os
import signal
import sys
from pathlib import Path

from wardbell_bus import paths
from wardbell_protocol.errors import ConfigError

EXIT_CONFIG = 78  # EX_CONFIG: a supervisor need not start us again before somebody mended the file
EXIT_BUSY = 75  # EX_TEMPFAIL: it may try again, the other gateway will end some day

_EXAMPLES = """\
examples:
  wardbell gateway --serial /dev/serial/by-id/usb-Raspberry_Pi_Pico_E66…-if00
  wardbell gateway --serial /dev/ttyACM0 --serial /dev/ttyACM1      two receivers, one ward
  wardbell gateway --broker mqtts://ward:secret@broker.example      presses come over the bus only

Files in the state folder: registry.json, registry.last-good.json, gateway.db. Begin with `wardbell enrol`.
"""


def main(argv: list[str]) -> int:
    """Run the gateway until it is told to end; 78 where a file cannot be used, 75 where another gateway has it."""
    parser = argparse.ArgumentParser(
        prog="wardbell gateway",
        description="Keep one ward's calls: receivers on serial lines, the bus, the journal.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--serial", metavar="PORT", action="append", default=[], help="a receiver's port; may be repeated"
    )
    parser.add_argument("--registry", metavar="FILE", type=Path, help="default: registry.json in the state folder")
    paths.add_options(parser)
    options = parser.parse_args(argv)
    logging.basicConfig(
        level=os.environ.get("WARDBELL_LOG", "INFO").upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    from wardbell_gateway.journal import JournalTakenError
    from wardbell_gateway.service import Service

    try:
        registry = options.registry or options.home / "registry.json"
        service = Service(registry, options.home / "gateway.db", options.broker, options.serial)
    except ConfigError as error:
        print(f"wardbell gateway: {error}", file=sys.stderr)
        return EXIT_BUSY if isinstance(error, JournalTakenError) else EXIT_CONFIG
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: service.stop())
    service.run()
    return 0
