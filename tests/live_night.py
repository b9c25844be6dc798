"""A night on a real broker: two call centres on one database, and two operators' consoles, each killed at any moment.

Two people sit there. They take whatever they are asked, write a note, go, and are done; what their console forgets when it dies
they see on the next one, or do again. In the end each thing must have been done once, and whatever they were told must be so.
"""

import random
from collections import Counter
from pathlib import Path

import msgspec
from centre_host import PartProcess, WardOnBus, centre_process
from centre_parts import T0, ward_info
from centre_shift import AT_ONCE, Auditor, check_told, placed
from console_life import ConsoleLife, Press, Sight
from databases import Database
from servers import wait_until

from wardbell_callcenter.house import House
from wardbell_callcenter.store.delivery_rows import NOT_NEEDED
from wardbell_callcenter.store.store import Store
from wardbell_protocol.bus.payloads import CallState

PEOPLE = ("chen", "zhao")
HOUSE = {
    "policies": {"only": {"steps": [{"after_s": 0, "to": ["everybody"], "ring_s": 0}], "repeat_s": 60}},
    "policy_of": {"default": "only"},
    # so that each offer has a screen pop to lose
    "scripts": {kind: {"en": ["Knock first"]} for kind in ("normal", "emergency")},
}
VICTIMS = ("console", "console and leader", "standby", "leader")
OVER = "it is over: resolved"
AT_WORK = 6  # calls that are open at once


class Person:
    """Somebody at a console, who does not write the same text twice."""

    def __init__(self, broker_url: str, name: str) -> None:
        self.console = ConsoleLife(broker_url, name)
        self._n_notes = 0
        self._noted: set[str] = set()

    def look(self) -> Sight:
        return self.console.press()

    def act(self, leaves: str = "") -> Sight:
        """Take one of those that ring, but for that call's, and go on with what one has."""
        sight = self.look()
        asked = [each for each in sight.asked if each in sight.contacts and sight.contacts[each].call_id != leaves]
        presses: list[Press] = [("accept", contact_id, {}) for contact_id in asked[:1]]
        for contact in sight.contacts.values():
            if contact.accepted_by == self.console.name:
                presses += self._next(contact.contact_id, contact.status)
        return self.console.press(presses) if presses else sight

    def _next(self, contact_id: str, status: str) -> list[Press]:
        if status == "on_site":
            return [("resolve", contact_id, {})]
        if contact_id in self._noted:
            return [("on_site", contact_id, {})]
        self._noted.add(contact_id)
        self._n_notes += 1
        return [("note", contact_id, {"text": f"{self.console.name} {self._n_notes}"})]

    def restart(self) -> None:
        """What he was about to do on the killed one he sees on the next; a note that may be lost he writes anew."""
        self.console.kill()
        self._noted.clear()
        self.console.start()


class LiveNight:
    """`kills`: what was killed how often; `n_offers_seen_again`: how many rang on consoles that had just been killed."""

    def __init__(self, broker_url: str, database: Database, folder: Path, seed: int) -> None:
        self._random = random.Random(seed)
        self._database = database
        self.kills: Counter[str] = Counter()
        self._describe()
        self.n_offers_seen_again = 0
        self._homes = [folder / name for name in ("first", "second")]
        self._engines = {home.name: centre_process(broker_url, home, database.url) for home in self._homes}
        self._ward = WardOnBus(broker_url)
        self._ward.paper.info = ward_info(policies={"emergency": AT_ONCE["normal"], **AT_ONCE})
        self._auditor = Auditor(broker_url)
        self._people = [Person(broker_url, name) for name in PEOPLE]
        self._calls: list[CallState] = []

    @property
    def n_calls(self) -> int:
        """How many there were, all of which somebody has seen to."""
        return len(self._calls)

    def run(self, rounds: int, takeovers: int = 0) -> None:
        """So many rounds end in kills; in some more the leader is killed, and not started before the other one leads."""
        try:
            self._begin()
            victims = [VICTIMS[number % len(VICTIMS)] for number in range(rounds)]
            self._random.shuffle(victims)
            for victim in victims:
                self._work()
                self._kill(victim)
            for _ in range(takeovers):
                self._work()
                self._take_over()
            self._settle()
            self._check()
        finally:
            self._end()

    # what happens

    def _describe(self) -> None:
        store = Store(self._database.url)
        with store.writing() as ledger:
            ledger.houses.put(msgspec.json.encode(msgspec.convert(HOUSE, House)), "test", T0)
        store.close()

    def _begin(self) -> None:
        self._ward.start()
        for engine in self._engines.values():
            engine.start()
        for person in self._people:
            person.console.start()
        wait_until(lambda: all(person.look().is_signed_in for person in self._people), "everybody to be signed in")

    def _work(self) -> None:
        """Calls come, and people act; somewhere in the midst of it this ends."""
        while len(self._calls) - len(self._resolved()) < AT_WORK:
            self._calls.append(placed(self._ward, len(self._calls) + 1))
        for _ in range(self._random.randrange(1, 12)):
            self._random.choice(self._people).act()

    def _kill(self, victim: str) -> None:
        leader, standby = self._leader_first()
        engines = [leader] * ("leader" in victim) + [standby] * (victim == "standby")
        person = self._random.choice(self._people)
        if "console" in victim:
            person.act(leaves=self._ring_at(person))  # so that something of his is on its way
        for engine in engines:
            engine.kill()
        if "console" in victim:
            person.restart()
        for engine in engines:
            engine.start()
        self.kills.update(victim.split(" and "))
        if "console" in victim:
            wait_until(
                lambda: self._shows_what_is_open(person), f"all that is open, on {person.console.name}'s console"
            )

    def _ring_at(self, person: Person) -> str:
        """A call that nobody takes before his console is killed; of an emergency he hears whatever he has. Returns its id."""
        call = placed(self._ward, len(self._calls) + 1, "emergency")
        self._calls.append(call)

        def rings() -> bool:
            sight = person.look()
            return call.call_id in [sight.contacts[asked].call_id for asked in sight.asked if asked in sight.contacts]

        wait_until(rings, f"{call.call_id} to ring at {person.console.name}'s console")
        return call.call_id

    def _take_over(self) -> None:
        leader, standby = self._leader_first()
        leader.kill()
        wait_until(lambda: self._leader_first()[0] is standby, "the other one to lead")
        leader.start()
        self.kills["leader, for good"] += 1

    def _leader_first(self) -> list[PartProcess]:
        """Each engine is known in the lease by what its home says."""
        ((holder,),) = self._database.rows("SELECT holder FROM lease")
        locks = {home.name: home / ".callcenter.lock" for home in self._homes}
        leads = {name: lock.exists() and lock.read_text() == holder for name, lock in locks.items()}
        return [self._engines[name] for name in sorted(leads, key=lambda name: not leads[name])]

    def _shows_what_is_open(self, person: Person) -> bool:
        """The contacts as they stand, what he is asked, and what he must know to answer, as the database has them now."""
        sight, rows = person.look(), self._database.rows
        open_now = dict(rows("SELECT contact_id, state FROM contacts WHERE open_key IS NOT NULL"))
        ringing = rows(f"SELECT offer_id FROM offers WHERE state = 'offered' AND target = '{person.console.name}'")
        shown = {contact.contact_id: contact.status for contact in sight.contacts.values()}
        if sight.is_stale or not sight.is_signed_in or shown != open_now or sight.offers != {row[0] for row in ringing}:
            return False
        if not set(sight.asked) <= sight.pops:
            return False
        assert ringing, "what rang, and nobody took, rings no more"
        self.n_offers_seen_again += len(ringing)
        return True

    # and how it ends

    def _resolved(self) -> list[tuple[str, ...]]:
        return self._database.rows("SELECT contact_id FROM contacts WHERE state = 'resolved'")

    def _settle(self) -> None:
        def is_settled() -> bool:
            for person in self._people:
                person.act()
            return len(self._resolved()) == len(self._calls)

        wait_until(is_settled, "everybody to have been helped")
        rest = "SELECT 1 FROM outbox UNION ALL SELECT 1 FROM deliveries WHERE is_done = :no"
        rest = rest.replace(":no", "0" if self._database.is_sqlite else "false")
        wait_until(lambda: not self._database.rows(rest), "all to have gone out")
        self._auditor.wait_for_all(self._database)
        for person in self._people:
            person.look()

    def _check(self) -> None:
        calls = [call.call_id for call in self._calls]
        steps = self._database.rows("SELECT call_id, step, loop FROM steps")
        assert sorted(steps) == sorted((call_id, step, 0) for call_id in calls for step in (1, 2, 3))
        told = check_told(self._database, self._auditor.events)
        facts: Counter[tuple[str, str]] = Counter(
            (event.kind, event.contact.call_id) for event in told if event.contact is not None
        )
        once = {(kind, call_id) for kind in ("opened", "accepted", "on_site", "resolved") for call_id in calls}
        assert {fact: facts[fact] for fact in once} == dict.fromkeys(once, 1)
        notes = Counter(event.text for event in told if event.kind == "noted")
        assert set(notes.values()) <= {1}, f"written twice: {notes}"
        holders = dict(self._database.rows("SELECT contact_id, accepted_by FROM contacts"))
        for person in self._people:
            _check_what_he_was_told(person, holders, set(notes))
        self._check_deliveries()

    def _check_deliveries(self) -> None:
        made = self._database.rows(
            f"SELECT offer_id FROM deliveries WHERE what = 'offer' AND attempts = 0 AND outcome <> '{NOT_NEEDED}'"
        )
        assert made == [], f"never handed over: {made}"

    def _end(self) -> None:
        for person in self._people:
            person.console.kill()
        for engine in self._engines.values():
            engine.kill()
        self._ward.stop()
        self._auditor.client.stop()


def _check_what_he_was_told(person: Person, holders: dict[str, str], notes: set[str]) -> None:
    """A yes was so, and is; a no names who has it, or says that it is over."""
    assert person.console.sent.keys() & person.console.replies.keys()
    for command_id, command in person.console.sent.items():
        reply = person.console.replies.get(command_id)
        if reply is None:
            continue
        holder, is_his = holders[command.contact_id], holders[command.contact_id] == person.console.name
        told = f"{command.verb} of {person.console.name}: {reply.reason!r}; {holder} had it"
        if command.verb == "accept" and not is_his:
            assert reply.reason in (f"already taken by {holder}", OVER), told
        elif command.verb == "note":
            assert reply.ok == (command.text in notes), told
        else:
            assert reply.ok or reply.reason == OVER, told
