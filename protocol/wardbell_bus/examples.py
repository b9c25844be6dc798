"""One night in room 203, as the messages of the bus: the examples of the AsyncAPI document."""

import msgspec

from wardbell_protocol.bus.centre_payloads import (
    AgentState,
    CentreEvent,
    CentreReply,
    CentreSnapshot,
    CodeForm,
    ContactState,
    Note,
    Offer,
    OfferState,
    PastContact,
    ResidentCard,
    ScreenPop,
    StepTaken,
)
from wardbell_protocol.bus.figure_payloads import CentreFigures, PeriodFigures, RosterGap, WardFigures
from wardbell_protocol.bus.payloads import (
    CallState,
    Command,
    Health,
    Hearing,
    Payload,
    Reception,
    Reply,
    SnapshotRequest,
    StationInfo,
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
    kind="bed_call",
    status="accepted",
    priority=22,
    ward="east",
    room="203",
    bed="2",
    call_kind="normal",
    call_id=CALL.call_id,
    step=1,
    resident_id="r-0107",
    pressed_at_ms=PRESSED_MS,
    opened_at_ms=ESCALATED_MS + 120,
    offered_at_ms=ESCALATED_MS + 120,
    accepted_by="王伟",
    accepted_at_ms=ESCALATED_MS + 9_000,
    call_status="placed",
)
AGENT = AgentState(
    agent="王伟",
    state="busy",
    since_ms=ESCALATED_MS + 9_000,
    seat="console-desk1",
    contacts=[CONTACT.contact_id],
    signed_in_at_ms=PRESSED_MS - 3_600_000,
)
OFFER = OfferState(
    offer_id=f"o-{CENTRE_JOURNAL}-43",
    contact_id=CONTACT.contact_id,
    target="李娜",
    medium="seat",
    step=0,
    loop=0,
    status="offered",
    made_at_ms=ESCALATED_MS + 120,
    rings_until_ms=ESCALATED_MS + 20_120,
)
RESIDENT = ResidentCard(
    resident_id="r-0107",
    name="周明",
    room="203",
    bed="2",
    care_level=3,
    risks=["falls", "penicillin"],
    key_carer="李娜",
    fields={"mobility": "walks with a frame"},
)

POP = ScreenPop(
    residents=[RESIDENT],
    last_contacts=[
        PastContact(
            contact_id=f"c-{CENTRE_JOURNAL}-17",
            opened_at_ms=PRESSED_MS - 7_200_000,
            call_kind="normal",
            status="resolved",
            by="李娜",
            wrap_up_code="toilet",
        )
    ],
    notes=[Note(at_ms=PRESSED_MS - 7_000_000, by="李娜", text="Asks for water at night.")],
    script=["Knock and say who you are", "Check the floor for water"],
    link=f"http://records.lan/contact?id=c-{CENTRE_JOURNAL}-42",
)
FIGURES = CentreFigures(
    at_ms=ESCALATED_MS + 60_000,
    within_s=60,
    time_zone="Asia/Shanghai",
    wards=[
        WardFigures(
            ward="east",
            waiting=0,
            taken=1,
            free=1,
            signed_in=2,
            periods=[
                PeriodFigures(
                    period="hour",
                    from_ms=ESCALATED_MS - 3_540_000,
                    contacts=6,
                    offered=(5, 6),
                    excluding=(5, 5),
                    ended_too=(6, 6),
                    accepted=(5, 5),
                    speed_of_answer_s=14.5,
                    response_p90_s=96.0,
                    given_up=(1, 6),
                    occupancy=(1300, 7200),
                )
            ],
        )
    ],
    gaps=[
        RosterGap(
            roster="east",
            shift="night",
            from_ms=ESCALATED_MS + 36_000_000,
            until_ms=ESCALATED_MS + 79_200_000,
            needs=2,
            has=1,
        )
    ],
)
ACCEPTED = CentreEvent(
    epoch=CENTRE_JOURNAL, seq=44, at_ms=ESCALATED_MS + 9_000, kind="accepted", by="王伟", contact=CONTACT
)

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
    CentreReply: [
        CentreReply(command_id="77d0f3a1b2c94e58", ok=True),
        CentreReply(command_id="5be1d09c3f7a4462", ok=True, time_line=[ACCEPTED], pop=POP),
        CentreReply(command_id="c04b6de28f154a97", ok=True, figures=FIGURES),
    ],
    ContactState: [CONTACT],
    CentreEvent: [
        CentreEvent(epoch=CENTRE_JOURNAL, seq=41, at_ms=ESCALATED_MS + 120, kind="step_taken", step=STEP),
        ACCEPTED,
    ],
    Offer: [
        Offer(
            delivery_id=f"d-{CENTRE_JOURNAL}-43",
            offer=OFFER,
            contact=msgspec.structs.replace(CONTACT, status="offered", accepted_by="", accepted_at_ms=None),
            pop=POP,
        ),
        Offer(
            delivery_id=f"d-{CENTRE_JOURNAL}-44",
            offer=msgspec.structs.replace(OFFER, status="withdrawn", reason="taken by 王伟"),
            contact=CONTACT,
            withdrawn="taken by 王伟",
        ),
    ],
    CentreSnapshot: [
        CentreSnapshot(
            epoch=CENTRE_JOURNAL,
            seq=44,
            at_ms=ESCALATED_MS + 10_000,
            contacts=[CONTACT],
            agents=[AGENT],
            steps=[STEP],
            codes={"toilet": {"en": "Helped to the toilet", "zh_CN": "协助如厕"}},
            reasons={"meal": {"en": "Meal", "zh_CN": "用餐"}},
            forms={"toilet": CodeForm(kinds=["bed_call"], fields=["helped_by"])},
            groups=["night"],
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
