"""PIO that keeps its own time while the emulated core sleeps.

rp2040py steps a state machine at most once for each instruction of the core, and a sleeping core jumps from alarm to alarm:
what a machine should have done in such a jump is written off, so pulses came out up to 0.1 ms wrong. Here an alarm stands at
the instant at which the next machine is due, so no jump passes it.

A machine that only counts is not stepped at all: where it will be, and when, is computed. Without that, a second of counting
µs would take the host some seconds.
"""

from rp2040py.irq import IRQ
from rp2040py.peripherals.pio import RPPIO
from rp2040py.peripherals.state_machine import StateMachine
from rp2040py.rp2040 import RP2040

CYCLE_NS = 8  # of the 125 MHz system clock
_FP = 256  # instants are cycles in 1/256, as rp2040py counts them
_FP_PER_NS = _FP // CYCLE_NS
_NEVER = 1 << 62
_FAR_FP = 60 * 10**9 * _FP_PER_NS  # no alarm for what is due later: a sleeping core would jump there at once
_BLOCKS = ((0x50200, "PIO0", IRQ.PIO0_IRQ0), (0x50300, "PIO1", IRQ.PIO1_IRQ0))

_CTRL = 0x000
_MACHINES = 0x0C8  # from here on, CLKDIV and the others of each machine
_MACHINES_END = 0x128
_ON_PIN = 6
_COUNTERS = {2: "x", 4: "y"}  # the conditions "not zero, then one less"


class _Count:
    """A machine in a loop that does nothing but count down, and look at a pin that does not change."""

    def __init__(self, machine: StateMachine, counter: str, n_instructions: int) -> None:
        self._machine = machine
        self._counter = counter
        self._start_fp = machine.next_due_fp
        self._start = getattr(machine, counter)
        self._round_fp = n_instructions * machine.div_fp
        setattr(machine, counter, 0)
        machine.next_due_fp += self._start * self._round_fp

    def break_off(self, now_fp: int) -> None:
        """Bring the machine to where it is now, every look at the pin that is due before now done."""
        machine = self._machine
        rounds = min(max(now_fp - self._start_fp, 0) // self._round_fp, self._start)
        setattr(machine, self._counter, self._start - rounds)
        machine.next_due_fp = self._start_fp + rounds * self._round_fp
        while machine.next_due_fp < now_fp and not machine.waiting:
            machine.step()


class PacedPio(RPPIO):
    """One of the two blocks."""

    def __init__(self, *_: object) -> None:
        super().__init__()  # type: ignore[call-arg]  # a compiled class: it has taken its arguments already
        self._alarm = self.rp2040.clock.create_alarm(self._on_alarm)
        self._counts: dict[int, _Count] = {}
        self._stepped = [-1] * len(self.machines)  # where each has been last
        self._offset_fp = 0  # from the clock's time to `cycle_fp`

    def write_uint32(self, offset: int, value: int) -> None:
        """Take what the core or DMA writes; it may set a machine going or stop it."""
        if offset == _CTRL:
            self._offset_fp = self.cycle_fp - self._clock_fp()
        if offset == _CTRL or _MACHINES <= offset < _MACHINES_END:
            self.break_off()
        super().write_uint32(offset, value)
        self.arm()

    def notify_due(self, due_fp: int) -> None:
        """Take that a machine goes on which has waited."""
        super().notify_due(due_fp)
        self.arm()

    def break_off(self) -> None:
        """Bring machines that only count to where they are: something is about to change for them."""
        now_fp = self._clock_fp() + self._offset_fp
        for count in self._counts.values():
            count.break_off(now_fp)
        self._counts.clear()
        self.recompute_due()

    def arm(self) -> None:
        """Set the alarm for the machine that is due next."""
        due_fp = _NEVER
        for index, machine in enumerate(self.machines):
            if machine.enabled and not machine.waiting:
                if index not in self._counts:
                    self._look_for_count(index, machine)
                due_fp = min(due_fp, machine.next_due_fp)
        self.recompute_due()
        ahead_fp = due_fp - self._clock_fp() - self._offset_fp
        if ahead_fp < _FAR_FP:
            self._alarm.schedule(max(-(-ahead_fp // _FP), 0) * CYCLE_NS)

    def _on_alarm(self) -> None:
        """Step what is due, in a jump of the clock or an instruction of the core that this block has not been told of yet."""
        told_fp = self.cycle_fp
        now_fp = self.cycle_fp = self._clock_fp() + self._offset_fp
        for index, machine in enumerate(self.machines):
            if machine.enabled and not machine.waiting and machine.next_due_fp <= now_fp:
                self._counts.pop(index, None)
                self._stepped[index] = machine.pc
                machine.step()
        self.check_changed_pins()
        self.cycle_fp = told_fp
        self.arm()

    def _clock_fp(self) -> int:
        return round(self.rp2040.clock.nanos) * _FP_PER_NS

    def _look_for_count(self, index: int, machine: StateMachine) -> None:
        """A loop of one jump to itself, or of two of which one looks at a pin; without delays.

        It must have been gone through once: its instructions may set pins by the side.
        """
        here = self._jump(machine, machine.pc)
        if here is None:
            return
        condition, target = here
        if condition in _COUNTERS and target == machine.pc == self._stepped[index]:
            self._counts[index] = _Count(machine, _COUNTERS[condition], 1)
            return
        behind = self._after(machine, machine.pc, here)
        there = self._jump(machine, behind)
        if there is None or behind != self._stepped[index] or self._after(machine, behind, there) != machine.pc:
            return
        conditions = {condition, there[0]}
        counter = conditions - {_ON_PIN}
        if _ON_PIN in conditions and counter and counter <= set(_COUNTERS):
            self._counts[index] = _Count(machine, _COUNTERS[counter.pop()], 2)

    def _jump(self, machine: StateMachine, at: int) -> tuple[int, int] | None:
        """Condition and target of the jump that stands there, if one does and has no delay."""
        opcode = self.instructions[at]
        delay = opcode >> 8 & ((1 << (5 - machine.sideset_count)) - 1)
        return None if opcode >> 13 or delay else (opcode >> 5 & 7, opcode & 0x1F)

    def _after(self, machine: StateMachine, at: int, jump: tuple[int, int]) -> int:
        """Where a jump leads as long as the pin stays as it is and the counter is not at its end."""
        condition, target = jump
        is_taken = condition in _COUNTERS or (
            condition == _ON_PIN and self.rp2040.gpio[machine.exec_ctrl >> 24 & 0x1F].input_value
        )
        if is_taken:
            return target
        return machine.exec_ctrl >> 7 & 0x1F if at == machine.exec_ctrl >> 12 & 0x1F else at + 1 & 0x1F


def pace(mcu: RP2040) -> None:
    """Give a chip, before it runs, two such blocks."""
    for index, (page, name, irq) in enumerate(_BLOCKS):
        block = PacedPio(mcu, name, irq, index)
        mcu.pio[index] = block
        mcu.peripherals[page] = block
