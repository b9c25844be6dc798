"""Two link peers on a bad line in virtual time. Runs on MicroPython too."""

from bad_wire import BadWire

from wardbell_protocol.link.peer import LinkMessage, LinkPeer

MOST_AT_ONCE = 200  # a full queue crosses an ideal line in 64 turns


class LinkPair:
    """Peer `a` and peer `b`; `got` is what each was given, in order."""

    def __init__(self, seed: int = 1, per_mille: int = 0, most_delay_ms: int = 0, queue_limit: int = 512) -> None:
        self.now_ms = 0
        self.peers = {"a": LinkPeer("a", 11, queue_limit), "b": LinkPeer("b", 22, queue_limit)}
        self.wires = {"a": BadWire(seed, per_mille, most_delay_ms), "b": BadWire(seed + 1, per_mille, most_delay_ms)}
        self.got: dict[str, list[int]] = {"a": [], "b": []}
        self.events: dict[str, list[str]] = {"a": [], "b": []}
        self.sent: dict[str, list[int]] = {"a": [], "b": []}
        self.is_accepting = True

    def mend(self) -> None:
        """From now on the line is perfect."""
        for wire in self.wires.values():
            wire.per_mille = 0

    def send(self, who: str, value: int) -> None:
        """`who` sends a number to the other."""
        self.peers[who].send({"t": "stations", "n": value}, self.now_ms)
        self.sent[who].append(value)
        self._settle()

    def restart(self, who: str, epoch: int) -> None:
        """`who` starts anew, its queue gone."""
        self.peers[who] = LinkPeer(who, epoch)
        self.got[who] = []

    def wait(self, ms: int) -> None:
        """Let time pass, from deadline to deadline."""
        end_ms = self.now_ms + ms
        n_at_once = 0
        while self.now_ms < end_ms:
            times = [end_ms]
            for who in self.peers:
                times.append(self.peers[who].next_deadline_ms())
                piece_ms = self.wires[who].next_ms()
                times.append(end_ms if piece_ms is None else piece_ms)
            n_at_once = n_at_once + 1 if min(times) <= self.now_ms else 0
            assert n_at_once < MOST_AT_ONCE, f"the link spins at {self.now_ms} ms"
            self.now_ms = max(self.now_ms, min(times))
            self._settle()

    def _settle(self) -> None:
        for who, other in (("a", "b"), ("b", "a")):
            self._take(who, self.wires[other].take(self.now_ms))
        for who in ("a", "b"):
            self.wires[who].put(self.peers[who].take_output(), self.now_ms)

    def _take(self, who: str, data: bytes) -> None:
        peer = self.peers[who]
        for event in peer.receive(data, self.now_ms) + peer.poll(self.now_ms):
            if isinstance(event, LinkMessage):
                self.got[who].append(int(str(event.message["n"])))
                if self.is_accepting:
                    peer.accept(event)
            else:
                self.events[who].append(type(event).__name__)
