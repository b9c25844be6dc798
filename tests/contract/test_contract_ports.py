"""What every port of the call centre keeps to, each beside its real other side. A new port gets a world in port_worlds.py."""

import threading
from collections.abc import Callable, Iterator

import pytest
from port_worlds import Received, World, mail_world, seat_world, ward_world, webhook_world
from servers import DEADLINE_S, BrokerProcess, wait_until

from wardbell_callcenter.ports.port import DELIVERED, Outcome
from wardbell_callcenter.store.delivery_rows import Delivery

QUICK_S = 0.4  # of a port whose other side will not answer
WORLDS: dict[str, Callable[[int], World]] = {
    "seat": seat_world,
    "ward": ward_world,
    "mail": lambda _broker_port: mail_world(),
    "webhook": lambda _broker_port: webhook_world(),
}
TEXTS = [
    "三楼东区 203 房 2 床：卫生间紧急呼叫，请立即前往",
    "Zoë Ó Briain, 1/2 & <b>\"3\"</b> 'x' \\n %s {0} =?utf-8?q?=0A?= ; @",
    "😀 \u202e\u200b\u00a0 end",
    ".",
    "长" * 60,
]


@pytest.fixture(scope="module")
def broker_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    broker = BrokerProcess("iotcore", tmp_path_factory.mktemp("broker"))
    broker.start()
    yield broker.port
    broker.kill()


def _world(name: str, broker_port: int) -> Iterator[World]:
    world = WORLDS[name](broker_port)
    world.be_ready()
    yield world
    world.close()


@pytest.fixture(params=list(WORLDS))
def world(request: pytest.FixtureRequest, broker_port: int) -> Iterator[World]:
    """Each port."""
    yield from _world(request.param, broker_port)


# Whoever was cut off the bus is back after a second or two: of seat and ward, which are one there, one is enough for some.
@pytest.fixture(params=["seat", "mail", "webhook"])
def cut_off(request: pytest.FixtureRequest, broker_port: int) -> Iterator[World]:
    """Each kind of other side."""
    yield from _world(request.param, broker_port)


def in_time(world: World, delivery: Delivery) -> Outcome:
    """What the port says, which it must by its time-out (and what a busy machine adds)."""
    outcomes: list[Outcome] = []
    thread = threading.Thread(target=lambda: outcomes.extend(world.port.hand_over([delivery])), daemon=True)
    thread.start()
    thread.join(world.port.timeout_s + DEADLINE_S)
    assert outcomes, "it neither came back nor said what went wrong"
    return outcomes[0]


def ids(world: World) -> list[str]:
    return [one.delivery_id for one in world.received()]


def wait_for(world: World, *delivery_ids: str) -> None:
    wait_until(lambda: set(delivery_ids) <= set(ids(world)), f"{delivery_ids} at the other side")


def delivered_at_last(world: World, delivery: Delivery) -> None:
    """The line is well again: one of the next attempts goes well."""
    world.port.timeout_s = 5.0
    wait_until(lambda: world.port.hand_over([delivery]) == [DELIVERED], "the delivery to go well")
    wait_for(world, delivery.delivery_id)


def test_what_goes_well_is_there_once(world: World) -> None:
    for number in range(5):
        assert in_time(world, world.make(f"d-{number}")) == DELIVERED
    wait_for(world, "d-4")
    assert ids(world) == [f"d-{number}" for number in range(5)]


def test_texts_arrive_as_they_were(world: World) -> None:
    for number, text in enumerate(TEXTS):
        assert in_time(world, world.make(f"d-{number}", text)) == DELIVERED
    wait_for(world, f"d-{len(TEXTS) - 1}")
    by_id = {one.delivery_id: one.text for one in world.received()}
    assert [text for number, text in enumerate(TEXTS) if text not in by_id[f"d-{number}"]] == []


def test_with_nobody_there_it_is_tried_again(cut_off: World) -> None:
    cut_off.line.become("shut")
    cut_off.port.timeout_s = QUICK_S
    one = cut_off.make("d-1")
    assert in_time(cut_off, one).verdict == "try_again"
    assert in_time(cut_off, one).why
    assert ids(cut_off) == []
    cut_off.line.become("well")
    delivered_at_last(cut_off, one)
    assert set(ids(cut_off)) == {"d-1"}


def test_with_nobody_who_answers_it_is_tried_again(world: World) -> None:
    world.line.hush()
    world.port.timeout_s = QUICK_S
    one = world.make("d-1")
    assert in_time(world, one).verdict == "try_again"
    world.line.become("well")
    delivered_at_last(world, one)
    assert set(ids(world)) == {"d-1"}


def test_what_breaks_in_the_middle_is_tried_again(cut_off: World) -> None:
    cut_off.line.become("breaks", b"d-broken")
    cut_off.be_ready()
    cut_off.port.timeout_s = QUICK_S
    one = cut_off.make("d-broken")
    assert in_time(cut_off, one).verdict == "try_again"
    assert ids(cut_off) == []
    cut_off.line.become("well")
    delivered_at_last(cut_off, one)


def test_an_answer_that_was_lost_is_no_answer_and_the_second_time_it_has_the_same_id(world: World) -> None:
    world.line.become("loses_answer", b"d-twice")
    world.be_ready()
    world.port.timeout_s = QUICK_S
    one = world.make("d-twice")
    verdicts: set[str] = set()

    def is_there() -> bool:
        verdicts.add(in_time(world, one).verdict)
        return bool(ids(world))

    wait_until(is_there, "the other side to have it")
    assert verdicts == {"try_again"}
    world.line.become("well")
    delivered_at_last(world, one)
    wait_until(lambda: len(ids(world)) >= 2, "it to be there again")
    assert set(world.received()) == {Received("d-twice", world.received()[0].text)}


def test_nobody_is_not_asked_again(world: World) -> None:
    good = world.make("d-1")
    for address in world.bad_addresses:
        bad = Delivery(**{**good.__dict__, "address": address})
        assert in_time(world, bad).verdict == "given_up", address
    assert in_time(world, good) == DELIVERED
    wait_for(world, "d-1")
    assert ids(world) == ["d-1"]


def test_it_never_raises(world: World) -> None:
    good = world.make("d-1")
    for payload in (b"", b"\xff\x00", b"{}", b"[" * 5000, b'{"v":2}'):
        outcome = in_time(world, Delivery(**{**good.__dict__, "payload": payload}))
        assert outcome.verdict in ("delivered", "given_up")
        assert len(outcome.why) <= 256


def test_it_is_ready_while_something_could_get_through(cut_off: World) -> None:
    assert cut_off.port.is_ready
    cut_off.line.become("shut")
    if cut_off.port.medium == "seat":  # the others find out by trying
        wait_until(lambda: not cut_off.port.is_ready, "that it is off the bus")
    cut_off.line.become("well")
    wait_until(lambda: cut_off.port.is_ready, "that it is back")


def test_as_many_at_once_as_it_says(world: World) -> None:
    batches = [[world.make(f"d-{turn}-{number}") for number in range(min(25, world.port.batch))] for turn in range(8)]
    outcomes: list[Outcome] = []
    todo = iter(batches)
    lock = threading.Lock()

    def work() -> None:
        while True:
            with lock:
                batch = next(todo, None)
            if batch is None:
                return
            outcomes.extend(world.port.hand_over(batch))

    threads = [threading.Thread(target=work) for _ in range(world.port.threads)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    made = [one.delivery_id for batch in batches for one in batch]
    assert outcomes == [DELIVERED] * len(made)
    wait_until(lambda: len(ids(world)) == len(made), "all of them")
    assert sorted(ids(world)) == sorted(made)


def test_each_of_a_batch_has_its_own_outcome(world: World) -> None:
    good, nobody = world.make("d-1"), world.bad_addresses[0]
    bad = Delivery(**{**good.__dict__, "address": nobody, "delivery_id": "d-2"})
    also_good = world.make("d-3")
    assert [one.verdict for one in world.port.hand_over([good, bad, also_good])] == [
        "delivered",
        "given_up",
        "delivered",
    ]
    wait_for(world, "d-1", "d-3")


def test_it_says_what_to_call_its_fault(world: World) -> None:
    names = {"seat": "", "ward": "", "mail": "mail", "webhook": "webhook-family"}
    assert world.port.fault_name(world.address) == names[world.port.medium]
