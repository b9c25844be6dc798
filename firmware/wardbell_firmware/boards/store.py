"""Files in the chip's littlefs, which survive a loss of power at any instant.

What is written goes beside the old file and then takes its name.
"""

import errno
import os

_NEW = ".new"


class FlashStore:
    """Fits `Store`."""

    def load(self, name: str) -> "bytes | None":
        """The file's bytes, or None where there is none.

        One that is there and cannot be read has none: a spoilt counter must not look like that of a new node.
        """
        try:
            with open(name, "rb") as file:
                return file.read()
        except OSError as error:
            return None if error.errno == errno.ENOENT else b""

    def save(self, name: str, data: bytes) -> None:
        """Replace the file; littlefs does the renaming in one step. What a full flash took of it, it gets back."""
        try:
            with open(name + _NEW, "wb") as file:
                file.write(data)
        except OSError:
            _remove(name + _NEW)
            raise
        os.rename(name + _NEW, name)


def _remove(name: str) -> None:
    try:
        os.remove(name)
    except OSError:
        pass  # what cannot be kept at all is not there
