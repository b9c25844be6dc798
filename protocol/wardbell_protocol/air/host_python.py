"""What the loops of the slicers import where there is no `micropython`: on a host they are plain Python."""

from array import array

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    Loop = TypeVar("Loop", bound=Callable[..., object])
    ptr8 = bytearray
    ptr16 = array[int]
    ptr32 = array[int]
else:
    ptr8 = bytearray
    ptr16 = ptr32 = array


def viper(function: "Loop") -> "Loop":
    """Leave a function as it is; the device compiles it to machine code."""
    return function


def const(value: int) -> int:
    """Leave a number as it is; the device's compiler writes it where its name stands."""
    return value
