"""The courier between a real database and a way out: what comes of what arrives, fails, is late or not wanted any more."""

import threading
from collections.abc import Iterator

import pytest
from centre_bench import MINUTE, Centre, house, policy
from courier_round import HOUSE, Pager, Round, due_ms
from databases import Database
from servers import DEADLINE_S, wait_until

from wardbell_callcenter.clock import Now
from wardbell_callcenter.house import Step
from wardbell_callcenter.ports.courier import Courier
from wardbell_callcenter.ports.port import DELIVERED, Outcome, given_up, try_again
from wardbell_callcenter.store.delivery_rows import Delivery
from wardbell_callcenter.store.errors import RefusedError
from wardbell_callcenter.store.ledger import Ledger
from wardbell_protocol.bus.centre_payloads import Offer
from wardbell_protocol.bus.payloads import decode


@pytest.fixture
def round_(database: Database) -> Iterator[Round]:
    made = Round(Centre(database.url, HOUSE))
    yield made
    made.close()


def test_an_offer_goes_out_and_that_it_did_is_known(round_: Round) -> None:
    pager = Pager()
    courier = round_.courier(pager)
    round_.centre.sign_in("Wei")
    round_.centre.open()
    courier.kick()
    wait_until(lambda: pager.given, "the offer")
    offer = decode(pager.given[0].payload, Offer)
    assert (pager.given[0].address, offer.contact.room) == ("console-wei", "203")
    wait_until(lambda: round_.outcome(pager.ids[0]) == "delivered", "the outcome")
    with round_.centre.store.reading() as ledger:
        stored = ledger.offers.get(offer.offer.offer_id)
    assert stored is not None
    assert stored.sent_at_ms == round_.centre.now.wall_ms
    assert stored.state == "offered"  # handed over is not accepted


def test_what_fails_is_tried_after_1_2_5_10_30_and_then_every_60_s(round_: Round) -> None:
    pager = Pager()
    pager.answer = lambda delivery: try_again("nobody there") if delivery.delivery_id == "d-1" else DELIVERED
    courier = round_.courier(pager)
    round_.put("d-1")
    courier.kick()
    tried_at_s: list[float] = []
    for wait_s in (1, 2, 5, 10, 30, 60, 60):
        tries = len(tried_at_s) + 1
        wait_until(lambda tries=tries: pager.ids.count("d-1") == tries, "the next attempt")  # type: ignore[misc]
        tried_at_s.append(round_.centre.now.steady_ms / 1000)
        wait_until(lambda: due_ms(round_, "d-1") > round_.centre.now.steady_ms, "that it was written down")
        round_.wait_s(wait_s - 0.001, courier)
        round_.put(f"d-beside-{tries}")
        courier.kick()
        wait_until(lambda tries=tries: round_.outcome(f"d-beside-{tries}") == "delivered", "a turn")  # type: ignore[misc]
        assert pager.ids.count("d-1") == tries  # not a moment sooner
        round_.wait_s(0.001, courier)
    assert tried_at_s == [0, 1, 3, 8, 18, 48, 108]


def test_an_offer_that_is_given_up_is_news_and_the_next_one_is_asked(round_: Round) -> None:
    pager = Pager()
    pager.answer = lambda delivery: given_up("no such seat") if delivery.address == "console-wei" else DELIVERED
    courier = round_.courier(pager)
    round_.centre.sign_in("Wei", "Li")
    round_.centre.open()
    courier.kick()
    wait_until(lambda: "failed" in round_.centre.kinds(), "the news")
    (failed,) = [event for event in round_.centre.events() if event.kind == "failed"]
    assert failed.offer is not None
    assert (failed.offer.target, failed.offer.status, failed.reason) == ("Wei", "failed", "no such seat")
    assert round_.outcome(pager.ids[0]) == "given up: no such seat"
    wait_until(lambda: [one.address for one in pager.given] == ["console-wei", "console-li"], "who comes next")
    assert round_.centre.agent("Wei").missed == 0


@pytest.mark.parametrize("what", [ZeroDivisionError(), RefusedError("the database will never take this")])
def test_a_failed_offer_over_which_the_engine_stumbles_holds_nothing_up(round_: Round, what: Exception) -> None:
    pager = Pager()
    pager.answer = lambda delivery: given_up("gone") if delivery.what == "offer" else DELIVERED

    def stumble(_ledger: Ledger, _delivery: Delivery, _why: str, _now: Now, _asks_later: bool) -> None:
        raise what

    courier = Courier(round_.centre.store, [pager], lambda: round_.centre.now, stumble)
    courier.start()
    round_.put("d-1", what="offer", offer_id="o-1")
    round_.put("d-2")
    courier.kick()
    wait_until(lambda: round_.outcome("d-1") == "given up: gone", "the first")
    wait_until(lambda: round_.outcome("d-2") == "delivered", "the second")
    courier.stop()


def test_what_was_taken_meanwhile_is_not_handed_over_any_more_and_its_end_comes_after_it(round_: Round) -> None:
    pager = Pager()
    goes_on = threading.Event()
    pager.answer = lambda _delivery: try_again("no answer") if goes_on.wait(DEADLINE_S) else DELIVERED
    courier = round_.courier(pager)
    round_.centre.sign_in("Wei", "Li")
    contact = round_.centre.open()
    courier.kick()
    wait_until(lambda: pager.given, "the offer in hand")
    assert round_.centre.accept("Li", contact.contact_id).ok
    courier.kick()
    round_.put("d-behind", priority=-1)
    courier.kick()
    wait_until(lambda: "d-behind" in pager.ids, "what is behind both")
    assert [one.what for one in pager.given] == ["offer", "event"]  # the end waits for its offer
    pager.answer = lambda _delivery: DELIVERED
    goes_on.set()
    wait_until(lambda: "withdraw" in [one.what for one in pager.given], "the end")
    end = decode(pager.given[-1].payload, Offer)
    assert (end.withdrawn, pager.given[-1].address) == ("taken by Li", "console-wei")
    round_.wait_s(MINUTE / 1000, courier)
    round_.put("d-last")
    courier.kick()
    wait_until(lambda: round_.outcome("d-last") == "delivered", "the last")
    assert [one.what for one in pager.given].count("offer") == 1


def test_what_came_back_while_the_database_was_not_well_is_written_later_and_done_once(
    round_: Round, caplog: pytest.LogCaptureFixture
) -> None:
    pager = Pager()
    is_held = threading.Event()
    pager.answer = lambda _delivery: DELIVERED if is_held.wait(DEADLINE_S) else try_again("never")
    courier = round_.courier(pager)
    round_.put("d-1")
    courier.kick()
    wait_until(lambda: pager.given, "the hand-over")
    with Database(round_.centre.url).held():
        is_held.set()
        wait_until(lambda: "deliveries wait" in caplog.text, "that it could not be written")
    courier.kick()
    wait_until(lambda: round_.outcome("d-1") == "delivered", "the outcome")
    assert pager.ids == ["d-1"]


def test_a_port_that_breaks_its_word_is_tried_again(round_: Round) -> None:
    pager = Pager()

    def answer(delivery: Delivery) -> Outcome:
        if delivery.attempts == 1:
            raise RuntimeError("not what I promised")
        return DELIVERED

    pager.answer = answer
    courier = round_.courier(pager)
    round_.put("d-1")
    courier.kick()
    wait_until(lambda: due_ms(round_, "d-1"), "that it was written down")
    round_.wait_s(1, courier)
    wait_until(lambda: round_.outcome("d-1") == "delivered", "the second attempt")


def test_what_comes_too_late_is_left_out(round_: Round) -> None:
    pager = Pager("ward")
    round_.put("d-1", medium="ward", what="ward")
    round_.centre.now = round_.centre.now.after(60 * MINUTE + 1)
    courier = round_.courier(pager)
    courier.kick()
    wait_until(lambda: round_.outcome("d-1") == "given up: too late", "the outcome")
    assert pager.given == []


def test_a_way_out_that_gets_nothing_through_is_a_fault_until_it_does(round_: Round) -> None:
    pager = Pager()
    pager.answer = lambda _delivery: try_again("nobody there")
    courier = round_.courier(pager)
    round_.put("d-1")
    courier.kick()
    wait_until(lambda: due_ms(round_, "d-1"), "the first attempt")
    assert courier.faults() == ()  # once is no news
    round_.wait_s(1, courier)
    wait_until(lambda: courier.faults() == ("pager-family",), "the fault")
    pager.answer = lambda _delivery: DELIVERED
    wait_until(lambda: due_ms(round_, "d-1") > round_.centre.now.steady_ms, "that it was written down")
    round_.wait_s(2, courier)
    wait_until(lambda: courier.faults() == (), "its end")


def test_what_is_done_is_forgotten_after_a_day_but_not_while_its_offer_rings(round_: Round) -> None:
    pager = Pager()
    courier = round_.courier(pager)
    round_.centre.describe(house(policy(Step(after_s=0, to=["agent:Wei"], ring_s=0), repeat_s=86_400)))
    round_.centre.sign_in("Wei")
    round_.centre.open()
    round_.put("d-done")
    courier.kick()
    wait_until(lambda: len(pager.given) == 2, "both")
    offered = next(one.delivery_id for one in pager.given if one.what == "offer")
    wait_until(lambda: round_.outcome(offered) == round_.outcome("d-done") == "delivered", "the outcomes")
    round_.wait_s(86_400 + 1, courier)
    round_.put("d-next")
    courier.kick()
    wait_until(lambda: round_.outcome("d-next") == "delivered", "the next day's")
    with round_.centre.store.reading() as ledger:
        assert ledger.deliveries.get("d-done") is None
        assert ledger.deliveries.get(offered) is not None
