"""Whether a file is still the one that was looked at last: by its time, size and inode, so that a replaced one is noticed too."""

from pathlib import Path

LOOK_EVERY_MS = 1000


class FileLook:
    """Made before the file is read for the first time, so that no change falls between the two."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp = _stamp(path)
        self._look_at_ms = 0

    def has_changed(self, now_ms: int) -> bool:
        """True once for each change; looks once a second at most. A file that is gone has changed."""
        if now_ms < self._look_at_ms:
            return False
        self._look_at_ms = now_ms + LOOK_EVERY_MS
        before, self._stamp = self._stamp, _stamp(self._path)
        return self._stamp != before


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return (status.st_mtime_ns, status.st_size, status.st_ino)
