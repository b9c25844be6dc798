"""What the call centre writes as a subject is codes, and is said in the language of whoever reads it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wardbell_callcenter.api.contacts_wording import Wording
from wardbell_callcenter.house import House
from wardbell_callcenter.ports import mail_text
from wardbell_console.centre_wording import place_of
from wardbell_console.language import Language
from wardbell_console.view import Banner
from wardbell_console.wording import banner_text
from wardbell_protocol.bus.centre_payloads import ContactKind, ContactState, Offer, OfferState
from wardbell_protocol.bus.subjects import ALARM_CODES, alarm_of, alarm_subject, muted_station, muted_subject

T0 = 1_800_000_000_000
CROWDED = alarm_subject("crowded: hall", {"waiting": "8", "oldest_s": "190", "free": "1", "accepted": "75%"})
MUTED = muted_subject("s-1")


def contact(subject: str, kind: ContactKind = "technical", ward: str = "") -> ContactState:
    return ContactState(
        contact_id="c-1",
        kind=kind,
        status="offered",
        priority=10,
        ward=ward,
        subject=subject,
        pressed_at_ms=T0,
        opened_at_ms=T0,
    )


SAID = [
    (CROWDED, "en", "crowded: hall: 8 waiting, oldest 3:10, 1 ready, 75% accepted in time"),
    (CROWDED, "zh_CN", "crowded: hall：等待 8, 最久 3:10, 空闲 1, 按时接单 75%"),
    (MUTED, "en", "button s-1 muted"),
    (MUTED, "zh_CN", "按钮 s-1 已静音"),
    ("the lift: waiting for parts", "zh_CN", "the lift: waiting for parts"),
    ("a rule: oldest_s soon", "en", "a rule: oldest_s soon"),
    ("a rule: waiting 8, abandoned 3", "en", "a rule: waiting 8, abandoned 3"),
]


@pytest.mark.parametrize(("subject", "code", "said"), SAID)
def test_a_console_says_it_in_its_language(subject: str, code: str, said: str) -> None:
    language = Language(code)
    assert place_of(language, contact(subject)) == said
    assert said in banner_text(language, Banner("offer", contact=contact(subject)))


def test_what_a_person_wrote_is_left_as_it_is() -> None:
    assert place_of(Language("zh_CN"), contact(CROWDED, "message")) == CROWDED
    assert mail_text.place(contact(MUTED, "family_call")) == MUTED


def test_a_mail_says_it_in_both_and_a_terminal_in_one() -> None:
    chinese, english = (
        "crowded: hall：等待 8，最久 190 秒，空闲 1，按时接单 75%",
        "crowded: hall: 8 waiting, oldest 190 s, 1 ready, 75% accepted in time",
    )
    state = OfferState(
        offer_id="o-1", contact_id="c-1", target="wei", medium="mail", step=0, loop=0, status="offered", made_at_ms=T0
    )
    offer = Offer(delivery_id="d-1", offer=state, contact=contact(CROWDED, ward="east"))
    assert f"{chinese} / {english}" in mail_text.text(offer, House()).splitlines()
    assert Wording("en").row(contact(CROWDED, ward="east"), T0)[4] == f"east {english}"
    assert Wording("zh_CN").row(contact(MUTED, ward="east"), T0)[4] == "east 按钮 s-1 已静音"


@settings(max_examples=50)
@given(
    st.text(min_size=1, max_size=64),
    st.dictionaries(st.sampled_from(ALARM_CODES), st.integers(0, 9999).map(str), min_size=1),
)
def test_what_is_written_is_what_is_read(rule: str, holds: dict[str, str]) -> None:
    assert alarm_of(alarm_subject(rule, holds)) == (rule, holds)
    assert muted_station(muted_subject(rule)) == rule
