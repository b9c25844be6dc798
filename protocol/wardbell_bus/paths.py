"""Where a part keeps its files and what it is told by the environment: one place, so that `wardbell up` and every part agree."""

import argparse
import os
import re
import socket
from collections.abc import Iterable
from pathlib import Path

from wardbell_bus.client import DEFAULT_URL


def home() -> Path:
    """The state folder: $WARDBELL_HOME, else `~/.local/share/wardbell`."""
    return Path(os.environ.get("WARDBELL_HOME") or Path.home() / ".local/share/wardbell")


def host_name() -> str:
    """The name of this machine as a part's name on the bus: two of a kind with one name throw each other off the broker."""
    name = socket.gethostname().partition(".")[0].lower()
    return re.sub("[^a-z0-9_-]+", "", name).strip("-_")[:20] or "main"


def language() -> str:
    """What the terminal's user reads, by its locale: `zh_CN` for any Chinese one, else `en`. An empty variable counts as none."""
    locale = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    return "zh_CN" if locale.lower().startswith("zh") else "en"


def add_language(parser: argparse.ArgumentParser, languages: Iterable[str]) -> None:
    """The option that says in which language people are spoken to."""
    parser.add_argument("--lang", choices=sorted(languages), default=language(), help="default %(default)s, by $LANG")


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
