"""A ward at wall speed in a thread, for panels and commands: verbs go in from any thread, failures come out."""

import threading
from collections.abc import Callable
from typing import Any

from wardbell_protocol.errors import WardbellError
from wardbell_simulator.errors import WardError
from wardbell_simulator.ward import Ward


class LiveWard:
    """Runs a ward until `stop`. `error` holds what ended it before that."""

    def __init__(self, ward: Ward, speed: float = 1.0) -> None:
        self.ward = ward
        self.error: WardbellError | None = None
        self.refused = ""  # why the last verb was not done
        self._speed = speed
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ward")

    def start(self) -> None:
        """Let its time pass."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread and the ward."""
        if self._thread.is_alive():
            self.ward.post(self._stop.set)
            self._thread.join()
        self.ward.close()

    def do(self, verb: Callable[..., object], *args: Any, **named: Any) -> None:  # noqa: ANN401 - the verb's own
        """Have a verb done, soon: `live.do(live.ward.press, "203-2")`. What the ward refuses is kept in `refused`."""
        self.ward.post(self._try, verb, args, named)

    def _try(self, verb: Callable[..., object], args: tuple[Any, ...], named: dict[str, Any]) -> None:
        try:
            verb(*args, **named)
            self.refused = ""
        except WardError as error:
            self.refused = str(error)

    def _run(self) -> None:
        try:
            self.ward.run_live(self._speed, self._stop)
        except WardbellError as error:
            self.error = error
