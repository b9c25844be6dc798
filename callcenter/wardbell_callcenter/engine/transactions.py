"""The engine's transactions: each is one turn, with all that follows from what is done in it, by the house that counts then."""

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TypeVar

from wardbell_callcenter.clock import Now
from wardbell_callcenter.engine import dispatch, offering
from wardbell_callcenter.engine.faces import Faces
from wardbell_callcenter.engine.stumbles import Stumbles, is_of_the_database
from wardbell_callcenter.engine.turn import Turn
from wardbell_callcenter.house import House
from wardbell_callcenter.houses import CLOSED, CLOSED_SAID, Houses, readable
from wardbell_callcenter.incidents import folding
from wardbell_callcenter.routing.adviser import Adviser
from wardbell_callcenter.store.ledger import Ledger
from wardbell_callcenter.store.store import Store
from wardbell_protocol.errors import ConfigError

log = logging.getLogger("wardbell.callcenter")

T = TypeVar("T")


class Transactions:
    """One after another, whoever asks for them.

    Attributes:
        house: as the last one saw it.
        muted: the muted buttons, `ward/station`.
    """

    def __init__(self, store: Store, adviser: Adviser | None, stumbles: Stumbles) -> None:
        self.house = House()
        self.is_house_unreadable = False
        self.muted: tuple[str, ...] = ()
        self._store = store
        self._adviser = adviser
        self._stumbles = stumbles
        self._houses = Houses()
        self._faces = Faces()

    def look(self, ledger: Ledger) -> None:
        """See how things stand, before the first turn."""
        self.house = self.newest_house(ledger)
        self.muted = tuple(mute.place for mute in ledger.incidents.mutes())

    @contextmanager
    def turn(self, now: Now, asks_later: bool = False) -> Iterator[Turn]:
        """One transaction, with everything that follows from what is done in it."""
        with self._store.writing() as ledger, self._turn(ledger, now, self._adviser, asks_later) as turn:
            yield turn
        if turn.has_new_mutes:  # and never before they are kept
            self.muted = tuple(mute.place for mute in turn.mutes.values())
        if self._adviser is not None and self.house.hook is not None:
            for question in turn.questions:
                self._adviser.ask(self.house.hook, question)

    def turn_within(self, ledger: Ledger, now: Now, asks_later: bool) -> AbstractContextManager[Turn]:
        """The same as a part of a transaction that somebody else has begun, which opens and mutes nothing.

        The house's own program is not asked.
        """
        return self._turn(ledger, now, None, asks_later)

    @contextmanager
    def _turn(self, ledger: Ledger, now: Now, adviser: Adviser | None, asks_later: bool) -> Iterator[Turn]:
        self.house = self.newest_house(ledger)
        turn = Turn(ledger, self.house, now, self._faces, adviser)
        turn.asks_later = asks_later
        yield turn
        _finish(turn, self._stumbles)

    def isolated(self, work: Callable[[Turn], T], now: Now) -> T:
        """Whoever becomes free is asked for whatever waits: one contact with which that goes wrong must not undo the work.

        Then it is done by itself, and who is asked for what is left to the timers, where each fails alone.
        """
        try:
            with self.turn(now) as turn:
                return work(turn)
        except Exception as error:
            if is_of_the_database(error):
                raise
            log.exception("stumbled over what follows, or the thing itself; now it alone")
        with self.turn(now, asks_later=True) as turn:
            return work(turn)

    def newest_house(self, ledger: Ledger) -> House:
        """A document that cannot be read leaves the one before it in force: somebody must be asked. Without one it is closed."""
        try:
            house = self._houses.newest(ledger.houses)
        except ConfigError as error:
            if not self.is_house_unreadable:
                self.house = self.house if self._houses.revision else readable(ledger.houses)
                stead = CLOSED_SAID if self.house is CLOSED else "the one before it counts"
                log.error("the house cannot be read; %s: %s", stead, error)
            self.is_house_unreadable = True
            return self.house
        self.is_house_unreadable = False
        return house


def _finish(turn: Turn, stumbles: Stumbles) -> None:
    """See what is one incident, ask for what waits, make the deliveries, tell the events."""
    folding.settle(turn)
    offering.settle(turn, stumbles)
    dispatch.dispatch(turn)
    dispatch.tell_webhooks(turn, turn.ledger.tell())
