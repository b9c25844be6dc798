"""Whose turn it is: what couriers claim, in which order, and that what is slow or dead holds nothing else up."""

import threading
from collections.abc import Iterator

import pytest
from centre_bench import Centre
from courier_round import HOUSE, Pager, Round, due_ms
from databases import Database
from servers import DEADLINE_S, wait_until

from wardbell_callcenter.ports.claims import MARGIN_MS
from wardbell_callcenter.ports.port import DELIVERED, Outcome, try_again
from wardbell_callcenter.store.delivery_rows import Delivery


@pytest.fixture
def round_(database: Database) -> Iterator[Round]:
    made = Round(Centre(database.url, HOUSE))
    yield made
    made.close()


def test_two_couriers_never_have_the_same_at_the_same_time(round_: Round) -> None:
    pagers = [Pager(), Pager()]

    def answer(_delivery: Delivery) -> Outcome:
        wait_until(lambda: all(pager.given for pager in pagers), "both to be at it before either is done")
        return DELIVERED

    for pager in pagers:
        pager.answer = answer
        pager.threads = 2
    ids = [f"d-{number:03}" for number in range(120)]
    round_.put(*ids)
    for pager in pagers:
        round_.courier(pager, store=round_.store())
    wait_until(lambda: len(pagers[0].given) + len(pagers[1].given) >= len(ids), "all of them")
    wait_until(lambda: all(round_.outcome(one) == "delivered" for one in ids), "that it was written down")
    assert sorted(pagers[0].ids + pagers[1].ids) == ids
    assert all(pager.given for pager in pagers)


def test_what_a_dead_courier_had_in_hand_comes_again_with_its_id(round_: Round) -> None:
    dead, heir = Pager(threads=1), Pager()  # with one in hand, the dead one looks for no other
    never = threading.Event()
    dead.answer = lambda _delivery: DELIVERED if never.wait(DEADLINE_S) else try_again("never")
    round_.put("d-1")
    round_.courier(dead, store=round_.store()).kick()
    wait_until(lambda: dead.given, "the first hand-over")
    second = round_.courier(heir)
    round_.put("d-2")
    second.kick()
    wait_until(lambda: heir.ids == ["d-2"], "the heir to have what nobody has")
    round_.wait_s(2.0 + MARGIN_MS / 1000, second)
    wait_until(lambda: heir.ids == ["d-2", "d-1"], "what the dead one had")
    assert heir.given[1].attempts == 2
    never.set()


def test_what_is_slow_delays_nothing_else(round_: Round) -> None:
    seat, mail = Pager("seat"), Pager("mail", threads=2)
    goes_on = threading.Event()
    mail.answer = lambda _delivery: DELIVERED if goes_on.wait(DEADLINE_S) else try_again("never")
    courier = round_.courier(seat, mail)
    round_.put(*(f"m-{number}" for number in range(5)), medium="mail")
    courier.kick()
    wait_until(lambda: len(mail.given) == 2, "as many mails as are sent at once")
    round_.put(*(f"s-{number}" for number in range(50)))
    courier.kick()
    wait_until(lambda: round_.outcome("s-49") == "delivered", "the seats")
    assert len(mail.given) == 2
    goes_on.set()
    wait_until(lambda: round_.outcome("m-4") == "delivered", "the mails")


def test_an_address_that_does_not_answer_leaves_threads_to_the_others(round_: Round) -> None:
    webhook = Pager("webhook", threads=4)
    webhook.per_address = 2
    goes_on = threading.Event()

    def answer(delivery: Delivery) -> Outcome:
        if delivery.address.startswith("dead"):
            goes_on.wait(DEADLINE_S)
            return try_again("no answer")
        return DELIVERED

    def in_hand() -> list[str]:
        return [one.address for one in webhook.given if one.address.startswith("dead")]

    webhook.answer = answer
    courier = round_.courier(webhook)
    to_the_dead = [f"a-{number:02}" for number in range(9)]
    round_.put(*to_the_dead, medium="webhook", address="dead", priority=90)
    courier.kick()
    wait_until(lambda: len(in_hand()) == 2, "as many as one address may have")
    round_.put(*(f"b-{number}" for number in range(5)), medium="webhook")
    courier.kick()
    wait_until(lambda: round_.outcome("b-4") == "delivered", "the others")
    assert in_hand() == ["dead"] * 2
    goes_on.set()
    wait_until(lambda: len(in_hand()) == 9, "the rest of them")
    now_ms = round_.centre.now.steady_ms
    wait_until(lambda: all(due_ms(round_, one) > now_ms for one in to_the_dead), "their failures to be written down")
    goes_on.clear()
    round_.wait_s(60, courier)
    wait_until(lambda: len(in_hand()) == 10, "one of those that failed")
    round_.put("c-1", medium="webhook")
    courier.kick()
    wait_until(lambda: round_.outcome("c-1") == "delivered", "what is due elsewhere")
    assert len(in_hand()) == 10
    goes_on.set()


def test_what_could_not_get_through_waits_untried_and_goes_at_once_when_it_could(round_: Round) -> None:
    seat, mail = Pager("seat"), Pager("mail")
    seat.is_ready = False
    courier = round_.courier(seat, mail)
    round_.put("d-1")
    round_.put("d-2", medium="mail")
    courier.kick()
    wait_until(lambda: round_.outcome("d-2") == "delivered", "what could")
    round_.wait_s(600, courier)
    round_.put("d-3", medium="mail")
    courier.kick()
    wait_until(lambda: round_.outcome("d-3") == "delivered", "what could")
    assert seat.given == []
    seat.is_ready = True
    courier.kick()
    wait_until(lambda: round_.outcome("d-1") == "delivered", "what waited")
    assert seat.given[0].attempts == 1


def test_the_most_urgent_goes_first(round_: Round) -> None:
    pager = Pager(threads=1)
    first = threading.Event()
    pager.answer = lambda _delivery: DELIVERED if first.wait(DEADLINE_S) else try_again("never")
    courier = round_.courier(pager)
    round_.put("d-0")
    courier.kick()
    wait_until(lambda: pager.given, "the first")
    round_.put("d-1", "d-2")
    round_.put("d-emergency", priority=90)
    first.set()
    wait_until(lambda: len(pager.given) == 4, "all of them")
    assert pager.ids == ["d-0", "d-emergency", "d-1", "d-2"]


def test_who_has_lost_the_lead_claims_nothing_more(round_: Round) -> None:
    ours, theirs = round_.store(), round_.store()
    assert ours.take_lease(ours.lease(), "ours")
    pager = Pager()
    courier = round_.courier(pager, store=ours)
    assert theirs.take_lease(theirs.lease(), "theirs")
    with theirs.writing() as ledger:
        ledger.deliveries.add(Delivery("d-1", "event", "seat", "family", b"{}", 0, 0))
    courier.kick()
    courier.stop()  # it has looked once more, or never will
    assert pager.given == []
