"""One night in room 203, as the messages of the bus: the examples of the AsyncAPI document."""

from wardbell_protocol.bus.payloads import (
    CallState,
    CentreEvent,
    CentreSnapshot,
    Command,
    ContactState,
    Health,
    Hearing,
    OperatorState,
    Payload,
    Reception,
    Reply,
    SnapshotRequest,
    StationInfo,
    StepTaken,
    WardEvent,
    WardInfo,
    WardSnapshot,
)
from wardbell_protocol.calls.escalation import default_policies

PRESSED_MS = 1_800_000_000_000
ESCALATED_MS = PRESSED_MS + 180_000
JOURNAL = "5f0c2a91"
CENTRE_JOURNAL = "b7e1d403"

CALL = CallState(
    ward="east",
    call_id=f"east-{JOURNAL}-17",
    station_id="203-2",
    room="203",
    bed="2",
    kind="normal",
    detail="",
    clear_at=["bed", "console"],
    status="placed",
    priority=20,
    placed_at_ms=PRESSED_MS,
    raised_at_ms=PRESSED_MS,
    loop=0,
    presses=2,
    authenticated=True,
    last_press_at_ms=PRESSED_MS + 41_000,
)
WARD = WardInfo(
    ward="east",
    name={"en": "East ward", "zh_CN": "东病区"},
    stations=[StationInfo(station_id="203-2", room="203", bed="2", clear_at=["bed", "console"])],
    policies={"normal": default_policies()["normal"].to_record()},
)
STEP = StepTaken(
    ward="east",
    call_id=CALL.call_id,
    step=2,
    step_name="call_centre",
    loop=0,
    due_at_ms=ESCALATED_MS,
    taken_at_ms=ESCALATED_MS + 120,
)
CONTACT = ContactState(
    contact_id=f"c-{CENTRE_JOURNAL}-42",
    ward="east",
    call_id=CALL.call_id,
    loop=0,
    step=2,
    room="203",
    bed="2",
    kind="normal",
    priority=20,
    status="accepted",
    opened_at_ms=ESCALATED_MS + 120,
    offered_to=["王伟", "Li Na"],
    accepted_by="王伟",
    accepted_at_ms=ESCALATED_MS + 9_000,
)
OPERATOR = OperatorState(operator="王伟", seat="console-desk1", signed_in_at_ms=PRESSED_MS - 3_600_000)

EXAMPLES: dict[type[Payload], list[Payload]] = {
    CallState: [CALL],
    WardInfo: [WARD],
    WardEvent: [
        WardEvent(
            epoch=JOURNAL,
            seq=57,
            at_ms=PRESSED_MS + 41_000,
            kind="pressed_again",
            by="203-2",
            where="bed",
            call=CALL,
        )
    ],
    WardSnapshot: [WardSnapshot(epoch=JOURNAL, seq=57, at_ms=PRESSED_MS + 60_000, ward=WARD, calls=[CALL])],
    SnapshotRequest: [SnapshotRequest(reply_to="console-desk1")],
    Command: [
        Command(
            command_id="0b3c9a52f1d84e7c",
            verb="acknowledge",
            by="Chen",
            reply_to="console-station1",
            at_ms=PRESSED_MS + 70_000,
            call_id=CALL.call_id,
        ),
        Command(
            command_id="step-6f7d1c0e2b9a4835a1c4d2e8f0937b65",
            verb="step",
            by="escalator-main",
            reply_to="escalator-main",
            at_ms=ESCALATED_MS + 100,
            call_id=CALL.call_id,
            step=2,
            step_name="call_centre",
            loop=0,
            due_at_ms=ESCALATED_MS,
            call=CALL,
        ),
        Command(
            command_id="77d0f3a1b2c94e58",
            verb="accept",
            by="王伟",
            reply_to="console-desk1",
            at_ms=ESCALATED_MS + 8_990,
            contact_id=CONTACT.contact_id,
        ),
    ],
    Reply: [
        Reply(command_id="77d0f3a1b2c94e58", ok=True),
        Reply(command_id="19c4e8b07a5d4f32", ok=False, reason="already taken by 王伟"),
    ],
    ContactState: [CONTACT],
    CentreEvent: [
        CentreEvent(epoch=CENTRE_JOURNAL, seq=41, at_ms=ESCALATED_MS + 120, kind="step_taken", step=STEP),
        CentreEvent(
            epoch=CENTRE_JOURNAL, seq=44, at_ms=ESCALATED_MS + 9_000, kind="accepted", by="王伟", contact=CONTACT
        ),
    ],
    CentreSnapshot: [
        CentreSnapshot(
            epoch=CENTRE_JOURNAL,
            seq=44,
            at_ms=ESCALATED_MS + 10_000,
            contacts=[CONTACT],
            operators=[OPERATOR],
            steps=[STEP],
        )
    ],
    Health: [
        Health(part="gateway", name="east", state="online", at_ms=PRESSED_MS, epoch=JOURNAL, seq=56),
        Health(part="gateway", name="east", state="degraded", at_ms=PRESSED_MS, faults=["receiver silent"]),
    ],
    Hearing: [
        Hearing(ear="corridor-2", epoch="09af31c7", seq=12, code="0A3F51", words=4, t_us=350, at_ms=PRESSED_MS),
        Hearing(
            ear="corridor-2",
            epoch="09af31c7",
            seq=13,
            code="",
            words=3,
            t_us=150,
            at_ms=PRESSED_MS + 41_000,
            node_id=4660,
            counter=5017,
            event=1,
            battery=14,
        ),
    ],
    Reception: [
        Reception(
            at_ms=PRESSED_MS,
            ear="receiver",
            station_id="203-2",
            room="203",
            bed="2",
            signal="normal",
            is_frame=True,
            copies=9,
            quality=84,
        )
    ],
}
