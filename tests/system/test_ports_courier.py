"""The courier between a real database and ports that do what the test says, in the engine's virtual time."""

import threading
from collections.abc import Callable, Iterator, Sequence

import pytest
from centre_bench import MINUTE, Centre, house, policy
from databases import Database
from servers import wait_until

from wardbell_callcenter.clock import Now
from wardbell_callcenter.house import Step
from wardbell_callcenter.ports.claims import MARGIN_MS
from wardbell_callcenter.ports.courier import Courier
from wardbell_callcenter.ports.port import DELIVERED, Outcome, given_up, try_again
from wardbell_callcenter.store.delivery_rows import Delivery, DeliveryMedium
from wardbell_callcenter.store.errors import RefusedError
from wardbell_callcenter.store.ledger import Ledger
from wardbell_callcenter.store.store import Store
from wardbell_protocol.bus.centre_payloads import Offer
from wardbell_protocol.bus.payloads import decode

HOUSE = house(policy(Step(after_s=0, to=["agent:Wei"]), Step(after_s=60, to=["agent:Li"])))


class Pager:
    """A way out that does what it is told, and keeps what it was given."""

    def __init__(self, medium: DeliveryMedium = "seat", threads: int = 4) -> None:
        self.medium = medium
        self.threads = threads
        self.per_address: int | None = None
        self.batch = 1
        self.is_ready = True
        self.timeout_s = 2.0
        self.given: list[Delivery] = []
        self.answer: Callable[[Delivery], Outcome] = lambda _delivery: DELIVERED

    def hand_over(self, deliveries: Sequence[Delivery]) -> list[Outcome]:
        self.given += deliveries
        return [self.answer(delivery) for delivery in deliveries]

    def fault_name(self, address: str) -> str:
        return f"pager-{address}"

    @property
    def ids(self) -> list[str]:
        return [delivery.delivery_id for delivery in self.given]


class Round:
    """Couriers of one centre's database, whose clock is the centre's; all are ended with the test."""

    def __init__(self, centre: Centre) -> None:
        self.centre = centre
        self._couriers: list[Courier] = []
        self._stores: list[Store] = []

    def courier(self, *ports: Pager, store: Store | None = None) -> Courier:
        """One more, that runs."""
        made = Courier(store or self.centre.store, ports, lambda: self.centre.now, self.centre.engine.offer_failed)
        made.start()
        self._couriers.append(made)
        return made

    def store(self) -> Store:
        """Another one of the same database, as a second engine has."""
        made = Store(self.centre.url)
        self._stores.append(made)
        return made

    def put(self, *ids: str, medium: DeliveryMedium = "seat", **fields: object) -> None:
        """Events to be delivered, due now."""
        now = self.centre.now
        with self.centre.store.writing() as ledger:
            for delivery_id in ids:
                values: dict[str, object] = {
                    "what": "event",
                    "medium": medium,
                    "address": "family",
                    "payload": b"{}",
                    "made_at_ms": now.wall_ms,
                    "due_steady_ms": now.steady_ms,
                }
                ledger.deliveries.add(Delivery(delivery_id, **(values | fields)))  # type: ignore[arg-type]

    def outcome(self, delivery_id: str) -> str:
        """As it is stored; `waits` while it is not done."""
        with self.centre.store.reading() as ledger:
            found = ledger.deliveries.get(delivery_id)
        assert found is not None
        return found.outcome if found.is_done else "waits"

    def wait_s(self, seconds: float, courier: Courier) -> None:
        """So much later."""
        self.centre.now = self.centre.now.after(round(seconds * 1000))
        courier.kick()

    def close(self) -> None:
        """End all of them."""
        for courier in self._couriers:
            courier.stop()
        for store in self._stores:
            store.close()
        self.centre.store.close()


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
        wait_until(lambda: _due_ms(round_, "d-1") > round_.centre.now.steady_ms, "that it was written down")
        round_.wait_s(wait_s - 0.001, courier)
        round_.put(f"d-beside-{tries}")
        courier.kick()
        wait_until(lambda tries=tries: round_.outcome(f"d-beside-{tries}") == "delivered", "a turn")  # type: ignore[misc]
        assert pager.ids.count("d-1") == tries  # not a moment sooner
        round_.wait_s(0.001, courier)
    assert tried_at_s == [0, 1, 3, 8, 18, 48, 108]


def _due_ms(round_: Round, delivery_id: str) -> int:
    with round_.centre.store.reading() as ledger:
        found = ledger.deliveries.get(delivery_id)
    assert found is not None
    return 0 if found.lease_until_steady_ms else found.due_steady_ms


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
    dead, heir = Pager(), Pager()
    never = threading.Event()
    dead.answer = lambda _delivery: DELIVERED if never.wait(60) else try_again("never")
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
    mail.answer = lambda _delivery: DELIVERED if goes_on.wait(60) else try_again("never")
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
            goes_on.wait(60)
            return try_again("no answer")
        return DELIVERED

    def in_hand() -> list[str]:
        return [one.address for one in webhook.given if one.address.startswith("dead")]

    webhook.answer = answer
    courier = round_.courier(webhook)
    round_.put(*(f"a-{number:02}" for number in range(9)), medium="webhook", address="dead", priority=90)
    courier.kick()
    wait_until(lambda: len(in_hand()) == 2, "as many as one address may have")
    round_.put(*(f"b-{number}" for number in range(5)), medium="webhook")
    courier.kick()
    wait_until(lambda: round_.outcome("b-4") == "delivered", "the others")
    assert in_hand() == ["dead"] * 2
    goes_on.set()
    wait_until(lambda: len(in_hand()) == 9, "the rest of them")
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
    pager.answer = lambda _delivery: DELIVERED if first.wait(60) else try_again("never")
    courier = round_.courier(pager)
    round_.put("d-0")
    courier.kick()
    wait_until(lambda: pager.given, "the first")
    round_.put("d-1", "d-2")
    round_.put("d-emergency", priority=90)
    first.set()
    wait_until(lambda: len(pager.given) == 4, "all of them")
    assert pager.ids == ["d-0", "d-emergency", "d-1", "d-2"]


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
    pager.answer = lambda _delivery: try_again("no answer") if goes_on.wait(60) else DELIVERED
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
    pager.answer = lambda _delivery: DELIVERED if is_held.wait(60) else try_again("never")
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
    wait_until(lambda: _due_ms(round_, "d-1"), "that it was written down")
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
    wait_until(lambda: _due_ms(round_, "d-1"), "the first attempt")
    assert courier.faults() == ()  # once is no news
    round_.wait_s(1, courier)
    wait_until(lambda: courier.faults() == ("pager-family",), "the fault")
    pager.answer = lambda _delivery: DELIVERED
    wait_until(lambda: _due_ms(round_, "d-1") > round_.centre.now.steady_ms, "that it was written down")
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
