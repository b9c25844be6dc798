"""The house that counts now, decoded once for each form of its document."""

from contextlib import suppress

from wardbell_callcenter.house import Agent, House, decode_house
from wardbell_callcenter.store.house_rows import HouseRows
from wardbell_protocol.errors import ConfigError

HISTORY = 50  # forms that are looked through
# Where there is a document and none of its forms can be read, nobody knows who may do what. A house that names nobody would let
# everybody do everything; in this one nobody can be called by the only name that there is.
CLOSED = House(agents={"": Agent(role="interface", level="carer")})
CLOSED_SAID = "nobody may sign in until `wardbell house apply` has given the house a document that can be read"


class Houses:
    """Remembers the last form that it read. Ask within every transaction: the document may have changed since the last one.

    `revision`: of the house that was last returned; 0 where nobody has described one, which is a house of defaults.
    """

    def __init__(self) -> None:
        self._known = (0, House())

    @property
    def revision(self) -> int:
        """Of the house that was last returned."""
        return self._known[0]

    def newest(self, rows: HouseRows) -> House:
        """The house as this transaction sees it.

        Raises:
            ConfigError: its document is of another version of Wardbell.
        """
        revision, house = self._known
        if rows.newest_revision() == revision:
            return house
        form = rows.newest()
        self._known = (
            (0, House()) if form is None else (form.revision, decode_house(form.document, _named(form.revision)))
        )
        return self._known[1]


def readable(rows: HouseRows) -> House:
    """The newest form that this version understands, of those that there were; `CLOSED` where it understands none."""
    for form in rows.history(HISTORY):
        with suppress(ConfigError):
            return decode_house(form.document, _named(form.revision))
    return CLOSED


def _named(revision: int) -> str:
    return f"revision {revision} of the house"
