"""Where a part keeps its files and what it is told by the environment: one place, so that `wardbell up` and every part agree."""

import argparse
import os
import re
import socket
from pathlib import Path

from wardbell_bus.client import DEFAULT_URL


def home() -> Path:
    """The state folder: $WARDBELL_HOME, else `~/.local/share/wardbell`."""
    return Path(os.environ.get("WARDBELL_HOME") or Path.home() / ".local/share/wardbell")


def host_name() -> str:
    """The name of this machine as a part's name on the bus: two of a kind with one name throw each other off the broker."""
    name = socket.gethostname().partition(".")[0].lower()
    return re.sub("[^a-z0-9_-]+", "", name).strip("-_")[:20] or "main"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Options that every part takes."""
    parser.add_argument(
        "--broker",
        metavar="URL",
        default=os.environ.get("WARDBELL_BROKER", DEFAULT_URL),
        help="mqtt://[user:password@]host[:port] or mqtts://…; default $WARDBELL_BROKER, else %(default)s",
    )
    parser.add_argument(
        "--home",
        metavar="DIR",
        type=Path,
        default=home(),
        help="state folder; default $WARDBELL_HOME, else %(default)s",
    )
