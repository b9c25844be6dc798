"""Files in the chip's littlefs, which survive a loss of power at any instant.

What is written goes beside the old file and then takes its name.
"""

import os

_NEW = ".new"


class FlashStore:
    """Fits `Store`."""

    def load(self, name: str) -> "bytes | None":
        """The file's bytes, or None where there is none."""
        try:
            with open(name, "rb") as file:
                return file.read()
        except OSError:
            return None

    def save(self, name: str, data: bytes) -> None:
        """Replace the file; littlefs does the renaming in one step."""
        with open(name + _NEW, "wb") as file:
            file.write(data)
        os.rename(name + _NEW, name)
