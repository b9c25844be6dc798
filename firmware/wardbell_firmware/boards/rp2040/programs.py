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


# Gives durations as a portion has them: twice the µs, and 1 more for a mark. A look at the pin is two instructions, one µs. From
# the look that ended a mark to the first one at the space are 6 instructions, from a space's to a mark's 8: what x begins with.
@rp2.asm_pio(in_shiftdir=rp2.PIO.SHIFT_LEFT, fifo_join=rp2.PIO.JOIN_RX)
def durations():
    set(y, 1)
    wrap_target()
    set(x, 3)
    mov(x, invert(x))
    label("space")
    jmp(pin, "rise")
    jmp(x_dec, "space")
    label("rise")
    mov(isr, invert(x))
    in_(null, 1)
    push(block)
    set(x, 3)
    mov(x, invert(x))[1]
    label("mark")
    jmp(x_dec, "look")
    label("look")
    jmp(pin, "mark")
    mov(isr, invert(x))
    in_(y, 1)
    push(block)
    wrap()
