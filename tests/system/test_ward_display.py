"""The cable of the receiver's display is pulled in the virtual ward: dark, a fault within ten seconds, and calls ring on."""

import pytest

from wardbell_firmware.receiver.tones import PATTERNS
from wardbell_simulator.ward import Ward


@pytest.mark.parametrize("is_cpython", [False, True], ids=["micropython", "cpython"])
def test_calls_ring_beside_a_dark_display_and_stand_on_it_when_it_is_back(is_cpython: bool) -> None:
    with Ward(seed=6, is_cpython=is_cpython, has_host=False) as ward:
        ward.run_for_ms(3_000)
        assert ward.lcd_lines[0] == "Everything Good!"
        ward.pull_display()
        fault_hz = PATTERNS["fault"][0][0]
        assert ward.run_until_true(lambda: ward.receiver.buzzer.value == fault_hz, ward.now_ms + 10_000)
        assert ward.lcd_lines == (" " * 16, " " * 16)
        ward.press("203-2")
        normal_hz = PATTERNS["normal"][0][0]
        assert ward.run_until_true(lambda: ward.receiver.buzzer.value == normal_hz, ward.now_ms + 1_000)
        ward.acknowledge()
        ward.run_for_ms(1_000)
        ward.plug_display()
        assert ward.run_until_true(lambda: ward.lcd_lines[1].startswith("I know!"), ward.now_ms + 3_000)
        assert ward.lcd_lines[0].startswith("203-2 call")
        assert (ward.receiver.glass.n_early, ward.receiver.glass.is_ready) == (0, True)
