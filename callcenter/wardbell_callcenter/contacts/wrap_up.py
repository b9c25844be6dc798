"""How a contact ended, in the house's own codes: which may be given, and what they ask for."""

from collections.abc import Mapping

from wardbell_callcenter.house import Code, House

LONGEST = 256  # a reply's reason


def codes_for(house: House, kind: str, call_kind: str) -> dict[str, Code]:
    """The codes with which such a contact may be summed up. `call_kind`: of a bed's call, else empty."""
    return {name: code for name, code in house.codes.items() if not code.kinds or {kind, call_kind} & set(code.kinds)}


def why_not(house: House, kind: str, call_kind: str, code: str, fields: Mapping[str, str]) -> str:
    """Why that contact cannot be summed up so, for the person who tried; empty when it can.

    A house with codes for such a contact wants one of them; one without wants none.

    Args:
        fields: all of the contact's, with those that came with the verb.
    """
    allowed = codes_for(house, kind, call_kind)
    if not code:
        return _cut(f"say how it ended, by one of {', '.join(allowed)}") if allowed else ""
    if code not in house.codes:
        return _cut(
            f"there is no code {code}; use one of {', '.join(allowed)}" if allowed else f"there is no code {code}"
        )
    if code not in allowed:
        return _cut(f"{code} is not for {call_kind or kind}; use one of {', '.join(allowed)}")
    missing = [name for name in allowed[code].required if not fields.get(name, "").strip()]
    return _cut(f"{code} asks for {', '.join(missing)}") if missing else ""


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
