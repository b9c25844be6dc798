"""The two PIO programs, which take all the timing of the radio: an instruction lasts one cycle of their clock, whatever comes."""

import rp2

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rp2.asm_pio import *

TRAIN_HZ = 1_000_000
DURATIONS_HZ = 2_000_000  # a look at the pin takes two instructions: one a µs


# One instruction a µs. It waits for the next burst with supply and carrier off, and whatever holds up the DMA in a burst
# lengthens a space: a carrier can never stay on.
@rp2.asm_pio(set_init=rp2.PIO.OUT_LOW, sideset_init=rp2.PIO.OUT_LOW, autopull=True, fifo_join=rp2.PIO.JOIN_TX)
def train():
    label("idle")
    set(pins, 0).side(0)
    out(y, 32).side(0)
    set(pins, 1).side(0)
    label("settle")
    jmp(y_dec, "settle").side(0)
    wrap_target()
    out(x, 32).side(0)
    jmp(not_x, "idle").side(0)
    out(y, 32).side(0)
    label("mark")
    jmp(x_dec, "mark").side(1)
    label("space")
    jmp(y_dec, "space").side(0)
    wrap()


# From look to look a space lasts 4 instructions and 2 for each count, a mark 2 and 2 for each: 2 and 1 µs more than counted.
@rp2.asm_pio(autopush=True, push_thresh=32, fifo_join=rp2.PIO.JOIN_RX)
def durations():
    mov(x, invert(null))
    label("space")
    jmp(pin, "rise")
    jmp(x_dec, "space")
    label("rise")
    in_(x, 32)
    mov(x, invert(null))
    label("mark")
    jmp(x_dec, "look")
    label("look")
    jmp(pin, "mark")
    in_(x, 32)[1]
