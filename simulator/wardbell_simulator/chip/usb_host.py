"""The computer at the other end of the emulated chip's USB cable.

rp2040py's own host answers each buffer that the chip offers for incoming bytes after 10 µs, with nothing in it when there
is nothing. The chip offers the next one at once, so its USB task never rests: Python on it runs three times slower than
without (20,000 rounds of an empty loop: 286 ms instead of 92) and never idles. A real host leaves the buffer unanswered.

A real host also begins a frame each ms, which rp2040py does not tell a device. The chip asks to be told once the host has opened
the port, and some frames later sends what was printed until then; without frames, one that printed early stays mute for ever.
"""

from rp2040py.peripherals.usb import RPUSBController
from rp2040py.usb.cdc import USBCDC

_FRAME_NS = 1_000_000
_SOF_RD = 0x48  # the frame's number; to read it takes back the interrupt
_DEV_SOF = 1 << 17


class UsbHost(USBCDC):
    """Answers the chip when there are bytes for it, not before."""

    def __init__(self, usb: RPUSBController) -> None:
        super().__init__(usb)
        self._unanswered: int | None = None  # size of the buffer that the chip has offered
        self._answer = usb.on_endpoint_read
        usb.on_endpoint_read = self._on_offer
        self._frame = usb.rp2040.clock.create_alarm(self._begin_frame)
        self._read_register = usb.read_uint32
        usb.read_uint32 = self._read_uint32  # type: ignore[method-assign]

    @property
    def n_free(self) -> int:
        """How many bytes `send` takes now."""
        return self.tx_fifo.size - self.tx_fifo.item_count

    def send(self, data: bytes) -> None:
        """Queue bytes for the chip, at most `n_free`."""
        for byte in data:
            self.send_serial_byte(byte)
        if self._unanswered is not None and data:
            size, self._unanswered = self._unanswered, None
            self._on_offer(self._out_endpoint, size)

    def _on_offer(self, endpoint: int, size: int) -> None:
        if endpoint == self._out_endpoint and self.tx_fifo.empty:
            self._unanswered = size
        elif self._answer is not None:
            self._answer(endpoint, size)

    def _cdc_set_control_line_state(self, value: int | None = None, interface_number: int | None = None) -> None:
        """The port is opened: frames are told for as long as the chip wants to know."""
        super()._cdc_set_control_line_state(value, interface_number)
        self._frame.schedule(_FRAME_NS)

    def _begin_frame(self) -> None:
        if self.usb._int_enable & _DEV_SOF:  # noqa: SLF001
            self.usb._int_raw |= _DEV_SOF  # noqa: SLF001
            self.usb.check_interrupts()
            self._frame.schedule(_FRAME_NS)

    def _read_uint32(self, offset: int) -> int:
        if offset == _SOF_RD:
            self.usb._int_raw &= ~_DEV_SOF  # noqa: SLF001
            self.usb.check_interrupts()
        return self._read_register(offset)
