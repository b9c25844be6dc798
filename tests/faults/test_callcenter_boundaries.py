"""The call centre killed before every single statement of a night's work, then given the same messages again."""

import os
import signal
from pathlib import Path

import msgspec
from centre_parts import T0, WardOnPaper, acknowledged, call_state, cleared, command, step_command
from sqlalchemy import Engine, event

from wardbell_bus.wards import WardMirrors
from wardbell_callcenter.desk import OURSELVES, Desk
from wardbell_callcenter.store import Store
from wardbell_protocol.bus.payloads import CentreEvent, decode

CALL = call_state()
SIGN_IN = (command("sign_in", by="Wei"), command("sign_in", by="Li", reply_to="console-b"))
FORWARD, CALL_CENTRE = step_command(CALL, 1, "forward", 30_000), step_command(CALL)
ACCEPT = (command("accept", by="Wei"), command("accept", by="Li", reply_to="console-b"))


def a_night(desk: Desk) -> None:
    """Two operators, two steps, one contact, both accept it, one leaves, and the call is answered and cleared."""
    for sent in SIGN_IN:
        desk.receive(sent, T0)
    desk.receive(FORWARD, T0 + 30_000)
    desk.poll(T0 + 180_000)
    desk.receive(CALL_CENTRE, T0 + 180_001)
    for sent in ACCEPT:
        for contact in desk.snapshot(T0).contacts:
            desk.receive(msgspec.structs.replace(sent, contact_id=contact.contact_id), T0 + 190_000)
    desk.sign_out("Li", OURSELVES, T0 + 200_000)
    desk.follow(acknowledged(CALL, T0 + 210_000), T0 + 210_000)
    desk.follow(cleared(CALL, T0 + 220_000), T0 + 220_000)


def work_the_night(folder: Path) -> None:
    """All messages of the night, as a call centre gets them that has just been started."""
    ward, wards = WardOnPaper(), WardMirrors(OURSELVES)
    for message in (ward.event("placed", CALL), ward.snapshot(OURSELVES)):
        wards.receive(*message, T0)
    store = Store(f"sqlite:///{folder / 'callcenter.db'}")
    a_night(Desk(store, wards))
    store.close()


def is_killed_at(statement: int, folder: Path) -> bool:
    """Work the night in a process that dies before its n-th statement or commit; False when it had fewer."""
    child = os.fork()
    if child == 0:
        left = iter(range(statement))

        def die_when_it_is_time(*_: object) -> None:
            if next(left, None) is None:
                os.kill(os.getpid(), signal.SIGKILL)

        event.listen(Engine, "before_cursor_execute", die_when_it_is_time)
        event.listen(Engine, "commit", die_when_it_is_time)
        try:
            work_the_night(folder)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def story(folder: Path) -> list[tuple[object, ...]]:
    """What the events say, without times and names of epochs, and what would be published."""
    store = Store(f"sqlite:///{folder / 'callcenter.db'}")
    published = store.outbox_after(0, 1000)
    store.close()
    events = [decode(row.payload, CentreEvent) for row in published if row.topic.endswith("/event")]
    assert [told.seq for told in events] == list(range(1, len(events) + 1))
    told = [
        (told.kind, told.contact and told.contact.accepted_by, told.step and told.step.step, told.by) for told in events
    ]
    return [*told, ("rows", len(published))]


def test_a_kill_before_any_statement_changes_nothing_in_the_end(tmp_path: Path) -> None:
    undisturbed = tmp_path / "undisturbed"
    undisturbed.mkdir()
    work_the_night(undisturbed)
    wanted = story(undisturbed)
    assert [kind for kind, *_ in wanted].count("accepted") == 1
    statement = 0
    while True:
        folder = tmp_path / str(statement)
        folder.mkdir()
        was_killed = is_killed_at(statement, folder)
        work_the_night(folder)
        assert story(folder) == wanted, f"killed before statement {statement}"
        if not was_killed:
            break
        statement += 1
    assert statement > 100
