"""Rules of the house by which the queue itself calls for somebody: too much waits, too long, or too few are there."""

from wardbell_callcenter.clock import Now
from wardbell_callcenter.contacts.contact import Contact, place_key
from wardbell_callcenter.engine import leaving, opening
from wardbell_callcenter.engine.stumbles import Stumbles
from wardbell_callcenter.engine.transactions import Transactions
from wardbell_callcenter.engine.turn import Turn
from wardbell_callcenter.figures.indicators import indicators, trips
from wardbell_callcenter.house import Alarm
from wardbell_callcenter.store.store import Store
from wardbell_protocol.bus.subjects import alarm_subject

LOOK_MS = 10_000
QUIET_MS = 60_000  # a queue that is about its limit must not ring and be silent by turns
OURSELVES = "callcenter"
OVER = "it holds no more"
NO_RULE = "the house has no such rule any more"


class Alarms:
    """Looks now and then. A rule that begins to hold opens a contact; one that has not held for a minute, or that the house has
    no more, ends it, if nobody has it.

    Ended by somebody while its rule still holds, it comes again once that has been otherwise so long. The database keeps which
    rules have called, so that this is the same whoever leads.
    """

    def __init__(self, store: Store, transactions: Transactions, stumbles: Stumbles) -> None:
        self._store = store
        self._transactions = transactions
        self._stumbles = stumbles
        self._looked_at_ms = -LOOK_MS

    def look(self, now: Now) -> None:
        """Open and end what is to be.

        Raises:
            StoreError: nothing was done.
        """
        if now.steady_ms - self._looked_at_ms < LOOK_MS:
            return
        self._looked_at_ms = now.steady_ms
        try:
            self._look(now)
        except Exception as error:  # a rule that cannot be looked at must not keep calls from anybody
            self._stumbles.note(Alarms, error, now)

    def _look(self, now: Now) -> None:
        with self._store.reading() as ledger:
            house = self._transactions.newest_house(ledger)
            called = ledger.alarms.called()
            rules = {_key(name, rule): (name, rule) for name, rule in house.alarms.items()}
            found = {key: trips(rule, indicators(ledger, house, now, rule.ward)) for key, (_, rule) in rules.items()}
        holding = {key: (*rules[key], said) for key, said in found.items() if said}
        over = {
            key: OVER if key in rules else NO_RULE
            for key, held_ms in called.items()
            if key not in holding and (key not in rules or now.steady_ms - held_ms >= QUIET_MS)
        }
        if holding or over:
            self._transactions.isolated(lambda turn: _settle(turn, holding, over), now)


def _settle(turn: Turn, holding: dict[str, tuple[str, Alarm, dict[str, str]]], over: dict[str, str]) -> None:
    called = turn.ledger.alarms.called()
    for key, (name, rule, said) in holding.items():
        if key not in called and turn.open_at(key) is None:
            fields = {"ward": rule.ward, "subject": alarm_subject(name, said), "key": f"alarm/{name}"}
            opening.open_for_words(turn, "technical", fields, OURSELVES)
    turn.ledger.alarms.hold(holding, turn.now.steady_ms)
    for key, why in over.items():
        contact: Contact | None = turn.open_at(key)
        if contact is not None and contact.is_waiting:
            leaving.close(turn, contact, "resolved", OURSELVES, why)
    turn.ledger.alarms.forget(over)


def _key(name: str, rule: Alarm) -> str:
    return place_key(rule.ward, "", "", "", f"technical/alarm/{name}")
