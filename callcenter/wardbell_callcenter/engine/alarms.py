"""Rules of the house by which the queue itself calls for somebody: too much waits, too long, or too few are there."""

from wardbell_callcenter.clock import Now
from wardbell_callcenter.contacts.contact import Contact, place_key
from wardbell_callcenter.engine import leaving, opening
from wardbell_callcenter.engine.stumbles import Stumbles
from wardbell_callcenter.engine.transactions import Transactions
from wardbell_callcenter.engine.turn import Turn
from wardbell_callcenter.figures.indicators import indicators, trips
from wardbell_callcenter.house import Alarm
from wardbell_callcenter.store.ledger import Ledger
from wardbell_callcenter.store.store import Store

LOOK_MS = 10_000
OURSELVES = "callcenter"
OVER = "it holds no more"


class Alarms:
    """Looks now and then. A rule that begins to hold opens a contact; one that holds no more ends it, if nobody has it.

    Ended by somebody while its rule still holds, it comes again once that has been otherwise.
    """

    def __init__(self, store: Store, transactions: Transactions, stumbles: Stumbles) -> None:
        self._store = store
        self._transactions = transactions
        self._stumbles = stumbles
        self._looked_at_ms = -LOOK_MS
        self._holding: dict[str, Alarm] | None = None  # None: what the database has open

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
            rules = house.alarms
            before = self._holding if self._holding is not None else _open(ledger, rules)
            found = {
                name: trips(rule, indicators(ledger, house, now.wall_ms, rule.ward)) for name, rule in rules.items()
            }
        holding = {name: rules[name] for name, said in found.items() if said}
        new, over = holding.keys() - before.keys(), before.keys() - holding.keys()
        if new or over:
            self._transactions.isolated(
                lambda turn: _settle(turn, {name: (holding[name], found[name]) for name in sorted(new)}, before, over),
                now,
            )
        self._holding = holding


def _open(ledger: Ledger, rules: dict[str, Alarm]) -> dict[str, Alarm]:
    return {name: rule for name, rule in rules.items() if ledger.contacts.open_at(_key(name, rule)) is not None}


def _settle(turn: Turn, new: dict[str, tuple[Alarm, str]], before: dict[str, Alarm], over: set[str]) -> None:
    for name, (rule, said) in new.items():
        if turn.open_at(_key(name, rule)) is None:
            fields = {"ward": rule.ward, "subject": f"{name}: {said}"[:256], "key": f"alarm/{name}"}
            opening.open_for_words(turn, "technical", fields, OURSELVES)
    for name in sorted(over):
        contact: Contact | None = turn.open_at(_key(name, before[name]))
        if contact is not None and contact.is_waiting:
            leaving.close(turn, contact, "resolved", OURSELVES, OVER)


def _key(name: str, rule: Alarm) -> str:
    return place_key(rule.ward, "", "", "", f"technical/alarm/{name}")
