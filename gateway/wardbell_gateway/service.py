"""The running gateway: one thread for each serial line, one for the clock, and paho's; they meet at the ward's lock."""

import contextlib
import logging
import secrets
import threading
from pathlib import Path

from wardbell_gateway.bus_face import BusFace
from wardbell_gateway.chain_rounds import ChainRounds
from wardbell_gateway.clock import read_clock
from wardbell_gateway.ear_watch import EAR_LOST
from wardbell_gateway.journal import Journal, JournalError
from wardbell_gateway.receiver_link import ReceiverLink
from wardbell_gateway.registry_watch import RegistryWatch
from wardbell_gateway.serial_port import PortLostError, SerialPort
from wardbell_gateway.station_rounds import StationRounds
from wardbell_gateway.supervision import RADIO_FAULTS, FoundFaults, Supervision
from wardbell_gateway.ward import Now, Ward
from wardbell_protocol.link.receiver_faults import TOLD

log = logging.getLogger("wardbell.gateway")

TICK_S = 0.1


class Service:
    """A gateway, from its files and ports to the bus.

    Raises ConfigError where registry, journal or broker URL cannot be used.
    """

    def __init__(self, registry: Path, journal: Path, broker: str, ports: list[str]) -> None:
        now = read_clock()
        self._watch = RegistryWatch(registry)
        self._journal = Journal(journal, now.unix_ms)
        self._ward = Ward(self._watch.registry, self._journal, now)
        labels = [f"receiver-{number}" if number > 1 else "receiver" for number in range(1, len(ports) + 1)]
        self._rounds = StationRounds(self._ward, now)
        calls = self._ward.open_calls()
        missed_ears = [call.station_id for call in calls if call.detail == EAR_LOST]
        self._supervision = Supervision(labels, self._journal.seen(), now.up_ms, missed_ears)
        self._found = FoundFaults((call.station_id, call.detail) for call in calls if call.detail in TOLD)
        epoch = secrets.randbelow((1 << 30) - 1) + 1
        self._links = [ReceiverLink(self._ward, label, epoch, now) for label in labels]
        self._ports = [SerialPort(path) for path in ports]
        self._chain = ChainRounds(self._ward, self._links, now)
        self._ward.on_follower.append(self._chain.follows)
        self._bus = BusFace(self._ward, self._supervision, broker, journal, labels, read_clock)
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._serve_line, args=pair, name=pair[1].label, daemon=True)
            for pair in zip(self._ports, self._links, strict=True)
        ]

    def run(self) -> None:
        """Serve until `stop`."""
        log.info("ward %s: %d calls are open", self._ward.name, len(self._ward.open_calls()))
        self._bus.start()
        for thread in self._threads:
            thread.start()
        while not self._stopping.wait(TICK_S):
            self._tick(read_clock())
        for thread in self._threads:
            thread.join()
        for port in self._ports:
            port.close()
        with self._ward.lock:
            self._rounds.keep(read_clock())
        self._bus.stop()
        self._journal.close()

    def stop(self) -> None:
        """End `run`; any thread or signal may say so."""
        self._stopping.set()

    def _tick(self, now: Now) -> None:
        with self._ward.lock:
            if self._watch.poll(now.up_ms):
                self._ward.set_registry(self._watch.registry, now)
            self._supervision.registry(self._watch.trouble is None)
            for link in self._links:
                self._supervision.receiver(link.label, link.is_up, now.up_ms if link.is_up else link.lost_at_ms)
                if link.is_up:
                    self._supervision.radio(link.label, bool(link.blind))
            ears = [link.is_up and not link.blind for link in self._links]
            stations = self._rounds.poll(any(ears) if ears else self._supervision.can_hear_on_bus, now)
            self._supervision.stations(self._ward.stations.are_silent)
            faults = self._supervision.judge(now.up_ms)
            found = self._found.judge(self._ward.refusals.faults(now.up_ms), *(link.faults for link in self._links))
            with contextlib.suppress(JournalError):  # said already; the next tick tries again
                self._ward.judge({**faults, **found, **stations}, now)
                self._ward.poll(now)
                self._chain.poll(now)
            self._tell_health(faults, now)

    def _tell_health(self, faults: dict[tuple[str, str], bool], now: Now) -> None:
        unwell = sorted({part for (part, _detail), is_bad in faults.items() if is_bad})
        if not self._ward.is_journal_well:
            unwell.append("journal")
        for link in self._links:
            link.tell_health([part for part in unwell if part != link.label], now)
        radios: dict[str, tuple[str, ...]] = {}
        for link in self._links:
            radios[link.label] = tuple(detail for detail in RADIO_FAULTS if faults.get((link.label, detail)))
        with contextlib.suppress(JournalError):
            self._bus.poll(now, tuple(unwell), radios)

    def _serve_line(self, port: SerialPort, link: ReceiverLink) -> None:
        while not self._stopping.is_set():
            try:
                data = port.read()
                now = read_clock()
                with self._ward.lock:
                    link.receive(data, now)
                    if port.is_open:
                        link.poll(now)
                    out = link.take_output()
                port.write(out)
            except PortLostError:
                with self._ward.lock:
                    link.line_lost(read_clock())
            except Exception:
                # A fault of ours in one message must not end the line; what was not accepted comes again.
                log.exception("%s: failed", link.label)
