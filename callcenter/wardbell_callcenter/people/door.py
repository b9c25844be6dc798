"""Who gets in: secrets are tried here, and nobody can try many. Nothing of a secret is kept, told or logged."""

from wardbell_callcenter.house import House
from wardbell_callcenter.people.agent import Agent
from wardbell_callcenter.people.secret import opens

WRONG = "wrong secret"
NOT_AT_HIS_SEAT = "sign in at this seat first"
FREE_TRIES = 3  # slips of the finger
FIRST_WAIT_MS = 1000  # twice as long after each further one
LONGEST_WAIT_MS = 60_000  # short enough that somebody's nonsense does not keep a carer out for long
_FORGOTTEN_MS = 3_600_000


def not_at_his_seat(house: House, name: str, seat: str, agent: Agent) -> str:
    """Why what is said there is not taken for his word: whoever has a secret speaks only from the seat where he has said it."""
    known = house.agents.get(name)
    is_believed = known is None or not known.secret or (agent.is_signed_in and agent.seat == seat)
    return "" if is_believed else NOT_AT_HIS_SEAT


class Door:
    """One for the process, whatever medium people come by.

    It forgets when the call centre restarts, which no stranger can bring about. Only names of the house's document are counted.
    """

    def __init__(self) -> None:
        self._wrong: dict[str, tuple[int, int]] = {}  # how many in a row, and when the last one was

    def refusal(self, house: House, name: str, said: str, now_ms: int) -> str:
        """Why he does not get in, in words for people; empty when he does.

        Args:
            now_ms: steady, so that setting the clock opens nothing.
        """
        agent = house.agents.get(name)
        if agent is None or not agent.secret:
            return ""
        left_ms = self.wait_ms(name, now_ms)
        if left_ms > 0:  # not even the right one is tried, or waiting would tell which it is
            return f"too many wrong secrets: wait {-(-left_ms // 1000)} s"
        count, at_ms = self._wrong.get(name, (0, now_ms))
        # Wrong until it opens: who tries many at the same moment, each on a thread of its own, tries no more than one by one.
        self._wrong[name] = (1 if now_ms - at_ms > _FORGOTTEN_MS else count + 1, now_ms)
        if not opens(said, agent.secret):
            return WRONG
        self._wrong.pop(name, None)
        return ""

    def wait_ms(self, name: str, now_ms: int) -> int:
        """How long nothing is tried for that name; not more than 0: something may be."""
        count, at_ms = self._wrong.get(name, (0, 0))
        if count < FREE_TRIES:
            return 0
        return at_ms + min(FIRST_WAIT_MS << min(count - FREE_TRIES, 16), LONGEST_WAIT_MS) - now_ms
