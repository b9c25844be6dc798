"""A serial line that drips, loses, flips, repeats and delays bytes, and can be mended. Seeded; runs on MicroPython too."""


class Dice:
    """A small generator that gives the same numbers on every interpreter (Numerical Recipes' LCG)."""

    def __init__(self, seed: int) -> None:
        self._state = seed & 0xFFFFFFFF

    def below(self, n: int) -> int:
        """0..n-1."""
        self._state = (self._state * 1664525 + 1013904223) & 0xFFFFFFFF
        return (self._state >> 8) % n


class BadWire:
    """One direction. Of `per_mille` pieces each ill befalls as many; bytes stay in order."""

    def __init__(self, seed: int, per_mille: int, most_delay_ms: int = 0) -> None:
        self.per_mille = per_mille
        self.most_delay_ms = most_delay_ms
        self._dice = Dice(seed)
        self._pieces: list[tuple[int, bytes]] = []
        self._free_at_ms = 0

    def put(self, data: bytes, now_ms: int) -> None:
        """Bytes go in at this end."""
        at = 0
        while at < len(data):
            n = 1 + self._dice.below(40)
            self._put_piece(data[at : at + n], now_ms)
            at += n

    def take(self, now_ms: int) -> bytes:
        """Bytes that have come out at the other end by now."""
        out = b""
        while self._pieces and self._pieces[0][0] <= now_ms:
            out += self._pieces.pop(0)[1]
        return out

    def next_ms(self) -> "int | None":
        """When the next bytes come out."""
        return self._pieces[0][0] if self._pieces else None

    def _put_piece(self, piece: bytes, now_ms: int) -> None:
        delay_ms = self._dice.below(self.most_delay_ms + 1)
        self._free_at_ms = max(self._free_at_ms, now_ms + delay_ms)
        if self._happens():
            return
        if self._happens():
            flipped = bytearray(piece)
            flipped[self._dice.below(len(piece))] ^= 1 << self._dice.below(8)
            piece = bytes(flipped)
        self._pieces.append((self._free_at_ms, piece))
        if self._happens():
            self._pieces.append((self._free_at_ms, piece))

    def _happens(self) -> bool:
        return self._dice.below(1000) < self.per_mille
