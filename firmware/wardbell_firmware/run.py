"""The loop that every device runs: do what is due, sleep until the next deadline or the next input."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    from wardbell_firmware.boards.contract import Clock

    class App(Protocol):
        """What can be run: `step` does all that is due and returns the next deadline in ms, or None."""

        def step(self, now_ms: int) -> int | None:
            """Do all that is due."""


def run(app: "App", clock: "Clock") -> None:
    """Run an app for ever."""
    while True:
        clock.wait(app.step(clock.now_ms()))
