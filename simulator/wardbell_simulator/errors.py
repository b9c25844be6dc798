"""What can go wrong in a virtual ward, under the project's one root."""

from wardbell_protocol.errors import WardbellError


class DeviceError(WardbellError):
    """A virtual device failed: `text` is what it said, its traceback as a rule."""

    def __init__(self, device: str, text: str) -> None:
        super().__init__(f"{device}: {text}")
        self.device = device
        self.text = text


class WardError(WardbellError):
    """A verb that this ward has no place, key or state for."""
