"""What the engine asks of whoever asks the house's own program (hook.py), without knowing how that is done."""

from typing import Protocol

from wardbell_callcenter.house import Hook
from wardbell_callcenter.routing.question import Asking, Question


class Adviser(Protocol):
    """Never waits for anybody: it may be asked inside a transaction what it has heard, and outside to ask."""

    @property
    def is_worth_waiting(self) -> bool:
        """Whether a question may be answered."""

    def ask(self, hook: Hook, question: Question) -> None:
        """Begin to ask, once for each step and loop."""

    def answer(self, asking: Asking) -> tuple[str, ...] | None:
        """Whom it named; empty: no opinion; None: nothing heard yet."""

    def take_answered(self) -> set[str]:
        """Contacts that need not wait any more, each once."""

    def faults(self) -> tuple[str, ...]:
        """For the life sign."""
