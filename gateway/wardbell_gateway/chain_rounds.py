"""Runs the daily test of the chain on a ward: begins it, asks the receivers' links, and keeps its record."""

import contextlib
import logging

from wardbell_gateway.chain_test import FAILED, PART, RUNS, ChainRecord, ChainTest
from wardbell_gateway.journal import JournalError
from wardbell_gateway.receiver_link import ReceiverLink
from wardbell_gateway.ward import Now, Ward

log = logging.getLogger("wardbell.gateway.self_test")


class ChainRounds:
    """See the module's text. Every method runs under the ward's lock."""

    def __init__(self, ward: Ward, links: list[ReceiverLink], now: Now) -> None:
        self._ward = ward
        self._links = links
        last = ward.journal.last_chain_test()
        # A ward that never had one waits for its time: on its first day consoles are still being set up.
        air = (last.air, last.at_ms) if last is not None else ("", 0)
        self._test = ChainTest(last.at_ms if last is not None else now.unix_ms, air)
        self._missing = set(last.missing) if last is not None else set()
        self._parts = set(self._missing)

    def follows(self, part: str, epoch: str, seq: int, now: Now) -> None:
        """A life sign of a console or the call centre."""
        self._test.follows(part, epoch, seq, now.up_ms)

    def poll(self, now: Now) -> None:
        """Do what is due. Raises JournalError: then it is done at the next poll."""
        test_call = self._ward.take_test_call()
        if test_call is not None:
            self._test.called(*test_call)
        if self._ward.wants_chain_test or self._test.is_due(self._ward.registry.self_test, now.unix_ms):
            self._begin(now)
        for link in self._links:
            if link.is_settled:
                self._test.took(link.label, now.up_ms)
        heard = {health.station_id: health.heard_ms for health in self._ward.stations.health.values()}
        record = self._test.poll(heard, now.up_ms, now.unix_ms)
        if record is not None:
            self._end(record)
        faults = {(part, FAILED): part in self._missing for part in self._parts}
        self._ward.judge({**faults, (PART, RUNS): self._test.runs}, now)

    def _begin(self, now: Now) -> None:
        self._ward.judge({(PART, RUNS): True}, now)
        self._ward.wants_chain_test = False
        plan = self._ward.registry.self_test
        expected = [*(link.label for link in self._links), *(plan.expect if plan is not None else ())]
        journal = self._ward.journal
        self._test.begin(journal.epoch, journal.last_seq(), expected, now.unix_ms, now.up_ms)

    def _end(self, record: ChainRecord) -> None:
        self._parts |= {*record.answered, *record.missing}
        self._missing = set(record.missing)
        if record.missing:
            log.error("daily test of the chain: no answer from %s", ", ".join(record.missing))
        with contextlib.suppress(JournalError):  # said already; the faults tell it all the same
            self._ward.journal.keep_chain_test(record)
