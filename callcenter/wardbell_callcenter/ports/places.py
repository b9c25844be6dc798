"""How many of a port's threads each address may have, so that one that does not answer leaves some to the others. Pure."""

from collections import Counter


class Places:
    """Those of one port.

    Args:
        threads: of the port.
        per_address: see Port.
    """

    def __init__(self, threads: int, per_address: int | None) -> None:
        self._per_address = per_address
        self._for_ill = max(1, threads // 2)
        self._taken: Counter[str] = Counter()
        self._ill: set[str] = set()  # of which the latest attempt failed

    def copy(self) -> "Places":
        """The same, to try out what would be taken."""
        made = Places(0, self._per_address)
        made._for_ill, made._taken, made._ill = self._for_ill, self._taken.copy(), set(self._ill)
        return made

    def take(self, address: str) -> bool:
        """Take one for that address; False: it has as many as it may."""
        if self._is_full(address):
            return False
        self._taken[address] += 1
        return True

    def give_back(self, address: str, has_failed: bool) -> None:
        """An attempt is over. Where it failed one at a time is tried, of all such addresses no more than half of the threads."""
        self._taken[address] -= 1
        (self._ill.add if has_failed else self._ill.discard)(address)

    def full(self) -> frozenset[str]:
        """Addresses that may have none now."""
        return frozenset(address for address in self._taken.keys() | self._ill if self._is_full(address))

    def _is_full(self, address: str) -> bool:
        if self._per_address is None:
            return False
        if address not in self._ill:
            return self._taken[address] >= self._per_address
        return self._taken[address] > 0 or sum(self._taken[other] for other in self._ill) >= self._for_ill
