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

LOOK_MS = 10_000
QUIET_MS = 60_000  # a queue that is about its limit must not ring and be silent by turns
OURSELVES = "callcenter"
OVER = "it holds no more"


class Alarms:
    """Looks now and then. A rule that begins to hold opens a contact; one that has not held for a minute ends it, if nobody
    has it.

    Ended by somebody while its rule still holds, it comes again once that has been otherwise so long.
    """

    def __init__(self, store: Store, transactions: Transactions, stumbles: Stumbles) -> None:
        self._store = store
        self._transactions = transactions
        self._stumbles = stumbles
        self._looked_at_ms = -LOOK_MS
        self._held_at_ms: dict[str, int] | None = None  # when each held last, by key; None: what the database has open

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
        at_ms = now.steady_ms
        with self._store.reading() as ledger:
            house = self._transactions.newest_house(ledger)
            rules = {_key(name, rule): (name, rule) for name, rule in house.alarms.items()}
            before = self._held_at_ms
            if before is None:
                before = {key: at_ms for key in rules if ledger.contacts.open_at(key) is not None}
            found = {
                key: said
                for key, (_, rule) in rules.items()
                if (said := trips(rule, indicators(ledger, house, now.wall_ms, rule.ward)))
            }
        lasting = {key: held for key, held in before.items() if key in rules and at_ms - held < QUIET_MS}
        held_at_ms = lasting | dict.fromkeys(found, at_ms)
        new = [(*rules[key], found[key]) for key in sorted(held_at_ms.keys() - before.keys())]
        over = sorted(before.keys() - held_at_ms.keys())
        if new or over:
            self._transactions.isolated(lambda turn: _settle(turn, new, over), now)
        self._held_at_ms = held_at_ms


def _settle(turn: Turn, new: list[tuple[str, Alarm, str]], over: list[str]) -> None:
    for name, rule, said in new:
        if turn.open_at(_key(name, rule)) is None:
            fields = {"ward": rule.ward, "subject": f"{name}: {said}"[:256], "key": f"alarm/{name}"}
            opening.open_for_words(turn, "technical", fields, OURSELVES)
    for key in over:
        contact: Contact | None = turn.open_at(key)
        if contact is not None and contact.is_waiting:
            leaving.close(turn, contact, "resolved", OURSELVES, OVER)


def _key(name: str, rule: Alarm) -> str:
    return place_key(rule.ward, "", "", "", f"technical/alarm/{name}")
