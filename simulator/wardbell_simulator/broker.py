"""`wardbell broker`: the loopback MQTT broker of demo and tests (iotcore; in memory, so nothing outlives it).

A ward runs mosquitto instead, a house a clustered broker: give their URL to every part with --broker.
"""

import argparse
import logging
import signal

from iotcore import Broker

LOOPBACK = "127.0.0.1"
# A snapshot of 64 calls is about 40 kB; iotcore's default limit of 20 kB would cut the connection.
MAX_PAYLOAD_BYTES = 4_000_000


def embedded_broker(port: int) -> Broker:
    """A broker on loopback, not yet started; it listens nowhere else."""
    return Broker(port=port, listen=LOOPBACK, max_payload_size=MAX_PAYLOAD_BYTES)


def main(argv: list[str]) -> int:
    """Run the broker until interrupted."""
    parser = argparse.ArgumentParser(
        prog="wardbell broker",
        description="Run the in-memory MQTT broker of demo and tests, on loopback only.",
        epilog="example:\n  wardbell broker --port 1883",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--port", type=int, default=1883, help="TCP port on 127.0.0.1; default %(default)s")
    port = parser.parse_args(argv).port
    # rumqttd reports every packet as an error of its tracing; its own log level hides that.
    logging.getLogger("rumqttd").setLevel(logging.CRITICAL)
    # rumqttd never comes back to Python, whose own handling of ctrl+c would wait for that; nothing is there to be saved.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        embedded_broker(port).run_forever()
    except OSError as error:
        parser.exit(2, f"wardbell broker: port {port}: {error}; choose another with --port\n")
    return 0
