"""`wardbell iq`: a software radio as a further receiver: RTL-SDR, pipe or recording in, presses out."""

import argparse
import contextlib
import json
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable

from wardbell_bus import paths
from wardbell_protocol.errors import ConfigError, EncodeError, WardbellError

EXIT_CONFIG = 78

_EXAMPLES = """\
examples:
  wardbell-iq rtl_tcp://127.0.0.1:1234                      a dongle behind rtl_tcp: each press as a line of JSON
  wardbell-iq rtl_tcp://radio.local --ward --name attic     the same as a further receiver of the ward
  rtl_sdr -f 433.92M -s 250k - | wardbell-iq - --ward       a dongle through a pipe
  wardbell-iq g001_433.92M_250k.cu8 other_250k.cu8          recordings, a line each, as `wardbell decode` prints them

With --ward presses go to the gateway of the ward whose registry.json is in the state folder (keys of nodes are
taken from there and go nowhere else); its broker is --broker. The centre frequency may be up to 100 kHz off.
exit status: 0 done, 2 wrong usage, 78 a file that cannot be used
"""


def main(argv: list[str] | None = None) -> int:
    """Run `wardbell iq ARGUMENTS`; the exit status."""
    options = _parser().parse_args(sys.argv[1:] if argv is None else argv)
    logging.basicConfig(
        level=os.environ.get("WARDBELL_LOG", "INFO").upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    try:
        return _run(options)
    except (ConfigError, EncodeError) as error:
        print(f"wardbell iq: {error}", file=sys.stderr)
        return EXIT_CONFIG


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="wardbell iq",
        description="Hear 433 MHz presses in IQ: words down to -10 dB SNR in 250 kHz, and authenticated frames.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("sources", metavar="SOURCE", nargs="+", help="FILE.cu8 (several), - or rtl_tcp://host[:port]")
    parser.add_argument(
        "--rate", metavar="HZ", type=int, help="samples a second; default 250000, or as a file's name says"
    )
    parser.add_argument("--json", action="store_true", help="print presses as JSON although they go to a ward")
    parser.add_argument("--ward", action="store_true", help="take part as a receiver of the ward in the state folder")
    parser.add_argument("--name", default=f"iq-{paths.host_name()}", help="of this receiver; default %(default)s")
    dongle = parser.add_argument_group("the dongle behind rtl_tcp")
    dongle.add_argument("--frequency", metavar="HZ", type=float, default=433.92e6, help="default 433.92e6")
    dongle.add_argument("--gain", metavar="DB", type=float, help="default: the tuner's own control")
    dongle.add_argument("--agc", action="store_true", help="the RTL2832's digital gain control too")
    dongle.add_argument("--ppm", type=int, default=0, help="correction of its clock")
    paths.add_options(parser)
    return parser


def _run(options: argparse.Namespace) -> int:
    from wardbell_gateway.iq.recordings import PIPE
    from wardbell_gateway.iq.rtl_tcp import SCHEME

    sources: list[str] = options.sources
    is_live = [source == PIPE or source.startswith(f"{SCHEME}:") for source in sources]
    if not any(is_live) and not options.ward:
        return _decode_files(sources, options.rate)
    if len(sources) > 1:
        print("wardbell iq: one live source at a time; start one for each", file=sys.stderr)
        return 2
    return _listen(sources[0], options)


def _decode_files(names: list[str], rate_hz: int | None) -> int:
    from wardbell_gateway.iq.described import presses_of
    from wardbell_gateway.iq.receiver import IqEvent, IqReceiver
    from wardbell_gateway.iq.recordings import id_in_name, rate_in_name, read_samples

    for name in names:
        receiver = IqReceiver(rate_in_name(name) if rate_hz is None else rate_hz)
        events: list[IqEvent] = []
        for samples in read_samples(name):
            events += receiver.receive(samples)
        events += receiver.finish()
        print(json.dumps({"id": id_in_name(name), "presses": presses_of(events), "rejects": receiver.rejects}))
    return 0


def _listen(source: str, options: argparse.Namespace) -> int:
    from wardbell_gateway.clock import read_clock
    from wardbell_gateway.iq.described import presses_of
    from wardbell_gateway.iq.ear import Ear
    from wardbell_gateway.iq.keys import KeyRing
    from wardbell_gateway.iq.listening import Listening, listen_to_dongle, listen_to_samples
    from wardbell_gateway.iq.receiver import IqEvent
    from wardbell_gateway.iq.recordings import rate_in_name, read_samples
    from wardbell_gateway.iq.rtl_tcp import SCHEME, RtlTcp, Tuning

    rate_hz = rate_in_name(source) if options.rate is None else options.rate
    ring = KeyRing(options.home / "registry.json") if options.ward else None
    ear = Ear(ring.ward, options.name, options.broker, read_clock().unix_ms) if ring is not None else None
    prints = options.json or ear is None

    def told(event: IqEvent, at_ms: int) -> None:
        if ear is not None:
            ear.hear(event, at_ms)
        if prints:
            for press in presses_of([event]):
                print(json.dumps({"at_ms": at_ms, **press}), flush=True)

    listening = Listening(rate_hz, told, ring.keys if ring is not None else {})
    if ear is not None:
        ear.start()
    if source.startswith(f"{SCHEME}:"):
        tuning = Tuning(round(options.frequency), rate_hz, options.gain, options.agc, options.ppm)
        stopping = threading.Event()
        _on_end(stopping.set)
        listen_to_dongle(RtlTcp(source, tuning), listening, ear, ring, stopping)
    else:
        _on_end(_leave)
        with contextlib.suppress(_LeaveError):
            listen_to_samples(read_samples(source), listening, ear, ring)
    if ear is not None:
        ear.stop()
    return 0


class _LeaveError(WardbellError):
    """Told to end: a pipe from which nothing comes would hold us for ever."""


def _leave() -> None:
    raise _LeaveError


def _on_end(do: Callable[[], None]) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: do())
