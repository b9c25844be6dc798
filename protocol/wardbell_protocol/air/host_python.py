"""What the loops of `edge_loops` and `word_loops` import where there is no `micropython`: on the host they are plain Python."""

from array import array

ptr8 = bytes
ptr16 = array
ptr32 = array


def viper(function):  # type: ignore[no-untyped-def]
    """Leave a function as it is; the device compiles it to machine code."""
    return function


def const(value: int) -> int:
    """Leave a number as it is; the device's compiler writes it where its name stands."""
    return value
