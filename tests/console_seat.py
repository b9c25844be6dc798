"""An operator's seat with a call centre on paper, and what comes to it."""

from console_parts import House

from wardbell_bus.mirror import Publication
from wardbell_protocol.bus.centre_payloads import ResidentCard, ScreenPop
from wardbell_protocol.bus.payloads import CallState

POP = ScreenPop(residents=[ResidentCard(resident_id="r1", name="周明", room="118", bed="1", risks=["falls"])])


def seat(press: tuple[str, ...] = ("118-1",)) -> House:
    """A seat with wang, and a call at each place."""
    house = House(own=(), by="wang", operator="wang")
    for place in press:
        house.wire.deliver(house.east.press(place, "emergency" if place == "118-1" else "normal"))
    house.live()
    return house


def call(house: House, number: int = 1) -> CallState:
    return CallState.of("east", house.east.board.calls[f"east-{number}"])


def offered(house: House, contact_id: str = "k-1", number: int = 1) -> list[Publication]:
    told = house.centre.offer(contact_id, call(house, number), ["wang", "zhao"], POP)
    house.wire.deliver(told)
    house.tick()
    return told
