"""A short mark of a key: says whether two records speak of the same key, and gives nothing of it away."""

from wardbell_protocol.air.mac import tag

_PURPOSE_MARK = b"\x03"  # beside frame's and receipt's


def key_mark(key: bytes) -> str:
    """Eight hex digits of a key of 16 bytes."""
    return tag(key, _PURPOSE_MARK + b"key").hex()
