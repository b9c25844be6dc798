"""The port that the API listens on."""

import socket
from errno import EADDRINUSE

from wardbell_protocol.errors import ConfigError, WardbellError


class PortBusyError(WardbellError):
    """Somebody else listens there; he may go away some day."""


def listen(address: str) -> socket.socket:
    """A socket on `HOST:PORT`, which nobody is served on yet. IPv6 hosts stand in brackets.

    Raises:
        ConfigError: it is no address of this machine's.
        PortBusyError: somebody else listens there.
    """
    host, _, port = address.rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or not 0 <= int(port) < 65_536:
        raise ConfigError(address, "--api", "give it as HOST:PORT, such as 127.0.0.1:8750 or [::1]:8750")
    host = host.strip("[]")
    # Named as TCP: asyncio sets TCP_NODELAY only then, without which each answer takes the 40 ms of a delayed acknowledgement.
    made = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, int(port)))
        made.listen(128)
    except OSError as error:
        made.close()
        if error.errno == EADDRINUSE:
            raise PortBusyError(
                f"{address}: --api: somebody else listens there; end it, or give another port"
            ) from error
        raise ConfigError(address, "--api", f"{error.strerror or error}; give an address of this machine's") from error
    return made
