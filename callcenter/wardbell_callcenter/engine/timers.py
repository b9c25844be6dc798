"""Runs the timers that are due: all in one transaction, or each alone where one of them goes wrong."""

import logging
from collections.abc import Sequence
from dataclasses import replace

from wardbell_callcenter.clock import Now
from wardbell_callcenter.engine import due
from wardbell_callcenter.engine.stumbles import STUMBLED_MS, Stumbles, is_of_the_database
from wardbell_callcenter.engine.transactions import Transactions
from wardbell_callcenter.engine.turn import Turn
from wardbell_callcenter.store.store import Store
from wardbell_callcenter.store.timer_rows import Timer

log = logging.getLogger("wardbell.callcenter")

TIMERS_AT_ONCE = 500
ALONE_AT_ONCE = 50  # each in its own transaction: the lead is not to be lost over them


class Timers:
    """The database has them; what they cause is `due.run`'s.

    Attributes:
        has_stumbled: over one of those that were due last.
    """

    def __init__(self, store: Store, transactions: Transactions, stumbles: Stumbles) -> None:
        self.has_stumbled = False
        self._store = store
        self._transactions = transactions
        self._stumbles = stumbles

    def next_in_ms(self, now: Now) -> int | None:
        """How long until the next one is due; None: there is none."""
        next_ms = self._next_ms()
        return None if next_ms is None else max(0, next_ms - now.steady_ms)

    def run(self, now: Now) -> bool:
        """Do what is due.

        Returns:
            True when more is due than one turn takes.

        Raises:
            StoreError: nothing was done.
        """
        next_ms = self._next_ms()
        if next_ms is None or next_ms > now.steady_ms:
            return False
        timers: Sequence[Timer] = ()
        is_behind = False
        try:
            with self._transactions.turn(now) as turn:
                timers = turn.ledger.timers.due(now.steady_ms, TIMERS_AT_ONCE)
                due.run(turn, timers)
            is_behind = turn.is_behind
        except Exception as error:
            if is_of_the_database(error):
                raise
            log.exception("stumbled over %d timers; now each alone", len(timers))
            self._run_one_by_one(timers[:ALONE_AT_ONCE], now)
            return len(timers) > ALONE_AT_ONCE
        self.has_stumbled = False
        return is_behind or len(timers) == TIMERS_AT_ONCE

    def _next_ms(self) -> int | None:
        with self._store.reading() as ledger:
            return ledger.timers.next_due_steady_ms()

    def _run_one_by_one(self, timers: Sequence[Timer], now: Now) -> None:
        """What is wrong with one contact must not leave all others unasked: that one is tried again later."""
        self.has_stumbled = True
        for timer in timers:
            try:
                self._run_one(timer, now)
            except Exception as error:
                if is_of_the_database(error):
                    raise
                log.exception("stumbled over %s of %s", timer.kind, timer.subject)
                with self._store.writing() as ledger:
                    ledger.timers.put(replace(timer, due_steady_ms=now.steady_ms + STUMBLED_MS))
                if timer.kind == "widen":  # to ask for it goes wrong: nobody else's turn is to try that meanwhile
                    self._stumbles.note(timer.subject, error, now)

    def _run_one(self, timer: Timer, now: Now) -> None:
        def work(turn: Turn) -> None:
            if turn.ledger.timers.get(timer.kind, timer.subject) == timer:  # those before it may have set another
                due.run(turn, [timer])

        if timer.kind != "widen":
            self._transactions.isolated(work, now)
            return
        with self._transactions.turn(now) as turn:  # which is nothing but to ask
            work(turn)
