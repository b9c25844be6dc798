"""What a board does before its app runs, on both interpreters."""

from collections.abc import Callable
from pathlib import Path

FIRMWARE = Path(__file__).parents[2] / "firmware"

EXPECTED = """
settings refused: settings.json: not there: write it over USB with `wardbell provision`
settings refused: settings.json: not JSON: write it over USB with `wardbell provision`
settings refused: settings.json: not JSON: write it over USB with `wardbell provision`
settings refused: settings.json: not an object: write it over USB with `wardbell provision`
settings refused: settings.json: role receiver: this board runs a bedside; write it over USB with `wardbell provision`
settings refused: settings.json: board esp32c3: this is a pico or pico_w; write it over USB with `wardbell provision`
settings ['pico', 7, 'bedside']
goes on [False, 'pico', 'pico', 'pico', False, False, False]
text None
text ''
text '{}'
text ''
text ''
spoilt refused: settings.json: not JSON: write it over USB with `wardbell provision` one

host on USB [True, False, False, False]
a person 500
mpremote 0
frames None
after frames 100
amid a text None
first crash one
another two
one
the same None
bounded (2048, 'new\\nold')
a long one 2048
"""


def test_what_a_board_does_before_its_app(run_both: Callable[..., str]) -> None:
    assert run_both("firmware_startup.py", str(FIRMWARE)) == EXPECTED.lstrip()
