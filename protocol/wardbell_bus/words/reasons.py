"""What the authorities say when they refuse, or why something happened, and the text for it. Pure.

They say it in English for whoever has no catalogue; what is not known here is shown as it came.
"""

import re

_STATUS = "(?P<status>acknowledged|attended|cleared)"
_CONTACT = "(?P<contact_status>resolved|cleared_at_bed|handed_over)"
_BY = "(?P<by>.+?)"

# The wards' gateways (calls/board.py), then the call centre and its API.
_SAID = (
    (r"(?:call \S+: )?not open\b.*", "reason.not_open"),
    (rf"(?:call \S+: )?already {_STATUS} by {_BY}", "reason.already_by"),
    (rf"(?:call \S+: )?already {_STATUS}", "reason.already"),
    (r"(?:call \S+: )?may not be cleared at the \w+.*", "reason.clear_at_bed"),
    (r"(?:call \S+: )?rang again since", "reason.rang_again"),
    (r"the call rang again since, it is in round \d+", "reason.rang_again"),
    (r"no station is in room (?P<names>.+)", "reason.no_station"),
    (r"it was asked for too long ago; .+", "reason.asked_late"),
    (r"no test round is on; .+", "reason.no_round"),
    (r"no gateway answers for ward (?P<ward>\S+); .+", "reason.no_gateway"),
    (r"no broker at (?P<where>\S+) that takes us; .+", "reason.no_broker_at"),
    (r"sign in(?: at this seat)? first", "reason.not_signed_in"),
    (rf"(?:already )?(?:taken|accepted) by {_BY}", "reason.taken_by"),
    (rf"taken over from {_BY}(?:: (?P<why>.+))?", "reason.taken_over_from"),
    (r"taken over(?:: (?P<why>.+))?", "reason.taken_over"),
    (r"no such (?:contact|offer)", "reason.no_such"),
    (r"not known in this house", "reason.stranger"),
    (rf"{_BY} may not (?P<verb>\w+): (?P<refusal>.+)", "reason.may_not"),
    (r"not for this role", "reason.not_for_role"),
    (r"not one of yours", "reason.not_his"),
    (r"it is not being offered to you", "reason.not_offered"),
    (r"nobody has it", "reason.nobody_has_it"),
    (rf"it is over: {_CONTACT}", "reason.over"),
    (rf"{_BY} is there already", "reason.there_already"),
    (rf"{_BY}: release or transfer it", "reason.has_it"),
    (rf"{_BY}: no such agent or group", "reason.no_such_agent"),
    (r"wrong secret", "reason.wrong_secret"),
    (r"too many wrong secrets: wait (?P<seconds>\d+) s", "reason.wait"),
    (r"not signed in", "reason.agent_not_signed_in"),
    (r"has a contact", "reason.has_contact"),
    (rf"{_BY} asks for (?P<names>.+)", "reason.asks_for"),
    (rf"{_BY} has not come", "reason.has_not_come"),
    (rf"{_BY} at the bed for too long", "reason.too_long"),
    (rf"presence in the ward: {_BY}", "reason.presence"),
    (rf"cleared at bed(?: by {_BY})?", "reason.cleared_at_bed"),
    (r"no longer open in the ward", "reason.no_longer_open"),
    (r"released", "reason.released"),
    (r"it was called again", "reason.called_again"),
    (r"its incident looks for somebody else", "reason.incident_returned"),
    (r"part of an incident", "reason.incident_part"),
    (r"all its contacts are over", "reason.incident_over"),
    (r"somebody has each of its contacts", "reason.incident_taken"),
    (r"muted button", "reason.muted_button"),
    (r"its time is over", "reason.mute_over"),
    (r"it holds no more", "reason.alarm_over"),
    (r"the house has no such rule any more", "reason.alarm_gone"),
    (r"(?P<n>\d+) calls in (?P<seconds>\d+) s", "reason.storm"),
    (r"a mute needs a reason", "reason.mute_reason"),
    (r"at most (?P<seconds>\d+) s", "reason.mute_at_most"),
    (rf"{_BY} is not muted", "reason.not_muted"),
    (rf"{_BY}: no such station has called; say ward/station", "reason.no_such_station"),
    (r"missed offers", "reason.missed_offers"),
    (r"nothing is heard from the seat", "reason.seat_lost"),
    (r"nobody there", "reason.nobody_there"),
    (r"nobody answered", "reason.nobody_answered"),
    (r"transferred to (?P<to>.+)", "reason.transferred"),
    (r"to (?P<to>\w[\w-]*)", "reason.to"),
    (r"no answer", "reason.no_answer"),
    (r"resident", "reason.resident"),
    (rf"{_BY}: no such resident", "reason.no_such_resident"),
    (rf"{_BY} does not live in (?:room )?(?P<room>.+)", "reason.lives_elsewhere"),
    (rf"{_BY} is not one of yours", "reason.not_his"),
    (r"(?:not ready needs a reason|a reason is needed.*)", "reason.reason_needed"),
    (r"a note needs a text", "reason.text_needed"),
    (r"the database is not well.*", "reason.store_ill"),
    (r"this call centre stands by, another one leads", "reason.stands_by"),
    (r"no token that counts", "reason.no_token"),
    (r"too many requests", "reason.too_many"),
    (r"(?:contact |agent |offer |ward |roster )?(?P<what>.+): there is none that you may see", "reason.none_to_see"),
)
REASONS = [(re.compile(pattern), key) for pattern, key in _SAID]


def known_reason(reason: str) -> tuple[str, dict[str, str]] | None:
    """Key and values of the text for that reason, or None."""
    for pattern, key in REASONS:
        found = pattern.fullmatch(reason)
        if found:
            return key, {name: value or "" for name, value in found.groupdict().items()}
    return None
