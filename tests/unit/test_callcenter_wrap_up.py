"""With which codes a contact may be summed up."""

import pytest

from wardbell_callcenter.contacts.wrap_up import LONGEST, codes_for, why_not
from wardbell_callcenter.house import Code, House

HOUSE = House(
    codes={
        "helped": Code(name={"en": "Helped"}),
        "toilet": Code(name={"en": "Toilet"}, kinds=["bathroom"]),
        "fall": Code(name={"en": "Fall"}, kinds=["bed_call"], fields=["injury", "doctor"], required=["injury", "doctor"]),
        "repaired": Code(name={"en": "Repaired"}, kinds=["technical"]),
    }
)  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "call_kind", "names"),
    [
        ("bed_call", "normal", ["helped", "fall"]),
        ("bed_call", "bathroom", ["helped", "toilet", "fall"]),
        ("technical", "", ["helped", "repaired"]),
    ],
)
def test_a_code_without_kinds_is_for_all_and_one_with_them_for_those(
    kind: str, call_kind: str, names: list[str]
) -> None:
    assert list(codes_for(HOUSE, kind, call_kind)) == names


@pytest.mark.parametrize(
    ("code", "fields", "said"),
    [
        ("helped", {}, ""),
        ("helped", {"anything": "more"}, ""),
        ("", {}, "say how it ended, by one of helped, fall"),
        ("hepled", {}, "there is no code hepled; use one of helped, fall"),
        ("toilet", {}, "toilet is not for normal; use one of helped, fall"),
        ("fall", {"injury": "none"}, "fall asks for doctor"),
        ("fall", {"injury": " ", "witness": "li"}, "fall asks for injury, doctor"),
        ("fall", {"injury": "none", "doctor": "Wu"}, ""),
    ],
)
def test_what_is_refused_is_refused_in_words(code: str, fields: dict[str, str], said: str) -> None:
    assert why_not(HOUSE, "bed_call", "normal", code, fields) == said


def test_a_house_without_codes_asks_for_none() -> None:
    assert why_not(House(), "bed_call", "normal", "", {}) == ""
    assert why_not(House(), "bed_call", "normal", "helped", {}) == "there is no code helped"


def test_a_refusal_fits_into_a_reply() -> None:
    house = House(codes={f"code-{index}": Code(name={"en": "x"}) for index in range(99)})
    assert len(why_not(house, "bed_call", "normal", "", {})) == LONGEST
