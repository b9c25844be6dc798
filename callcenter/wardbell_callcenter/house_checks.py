"""What a house's document must be beyond its types: every name it uses exists, every policy reaches somebody."""

from collections.abc import Iterable, Iterator
from typing import get_args
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from wardbell_callcenter.contacts.priority import EMERGENCIES
from wardbell_callcenter.findings import Finding, unknown
from wardbell_callcenter.house import LINK_FIELD, House, decode_house
from wardbell_callcenter.people.secret import is_secret
from wardbell_callcenter.policy_checks import KINDS, policy_findings
from wardbell_callcenter.residents.columns import column_of
from wardbell_protocol.bus.centre_payloads import CentreEvent
from wardbell_protocol.errors import ConfigError

LINK_FIELDS = ("contact_id", "ward", "room", "bed", "resident_id")
EVENT_KINDS = get_args(CentreEvent.__annotations__["kind"])


def read_house(raw: bytes, file: str) -> House:
    """A house whose document is right in every way.

    Raises:
        ConfigError: naming file, key and remedy of the first thing that is wrong.
    """
    house = decode_house(raw, file)
    for finding in house_findings(house):
        raise ConfigError(file, finding.key, finding.remedy)
    return house


def house_findings(house: House) -> list[Finding]:
    """All that is wrong; of a house with nothing wrong, none."""
    checks = (
        _time_zone,
        _wards,
        _people,
        policy_findings,
        _priorities,
        _codes,
        _alarms,
        _field_roles,
        _texts,
        _outside,
        _calendar,
        _rosters,
    )
    return [finding for check in checks for finding in check(house)]


def _time_zone(house: House) -> Iterator[Finding]:
    try:
        ZoneInfo(house.time_zone)
    except (LookupError, ValueError, OSError):  # what a file system makes of an odd name, too
        yield Finding("time_zone", f'"{house.time_zone}" is no time zone; give one as Asia/Shanghai or Europe/Berlin')


def _wards(house: House) -> Iterator[Finding]:
    for name, ward in house.wards.items():
        seen: dict[str, str] = {}
        for corridor, rooms in ward.corridors.items():
            for room in rooms:
                if room in seen:
                    yield Finding(f"wards.{name}.corridors.{corridor}", f"room {room} stands in {seen[room]} already")
                seen.setdefault(room, corridor)


def _people(house: House) -> Iterator[Finding]:
    for name, agent in house.agents.items():
        key = f"agents.{name}"
        yield from _known(f"{key}.wards", agent.wards, "ward", house.wards)
        if agent.webhook and agent.webhook not in house.webhooks:
            yield unknown(f"{key}.webhook", agent.webhook, "webhook", house.webhooks)
        if agent.mail and not _is_mail(agent.mail):
            yield Finding(f"{key}.mail", f'"{agent.mail}" is no mail address')
        if agent.secret and not is_secret(agent.secret):
            yield Finding(f"{key}.secret", "this is no secret's digest; let `wardbell house secret` make one")
    for name, members in house.groups.items():
        yield from _members(house, f"groups.{name}", members)


def _members(house: House, key: str, members: list[str]) -> Iterator[Finding]:
    """A house that names no agents takes whoever signs in, by any name."""
    if house.agents:
        yield from _known(key, members, "agent", house.agents)
    if len(set(members)) < len(members):
        yield Finding(key, "somebody stands there twice")


def _priorities(house: House) -> Iterator[Finding]:
    rules = house.priorities
    yield from _known("priorities.kinds", rules.kinds, "kind", KINDS)
    yield from _known("targets.response_s", house.targets.response_s, "kind", KINDS)
    for kind, priority in rules.kinds.items():
        if kind in EMERGENCIES and priority < rules.reserved:
            yield Finding(f"priorities.kinds.{kind}", f"an emergency has at least the reserved {rules.reserved}")
        if kind not in EMERGENCIES and priority >= rules.reserved:
            yield Finding(
                f"priorities.kinds.{kind}", f"{rules.reserved} and above is reserved for emergencies; give less"
            )


def _codes(house: House) -> Iterator[Finding]:
    for name, code in house.codes.items():
        key = f"codes.{name}"
        yield from _known(f"{key}.kinds", code.kinds, "kind", KINDS)
        yield from _known(f"{key}.required", code.required, "field of this code", code.fields)
        if not code.name:
            yield Finding(f"{key}.name", "give it a name people can read, in en or zh_CN")
    for name, texts in house.reasons.items():
        if not texts:
            yield Finding(f"reasons.{name}", "give it a name people can read, in en or zh_CN")


def _alarms(house: House) -> Iterator[Finding]:
    for name, rule in house.alarms.items():
        yield from _known(f"alarms.{name}.ward", filter(None, [rule.ward]), "ward", house.wards)
        if not (rule.waiting or rule.oldest_s or rule.free or rule.accepted):
            yield Finding(f"alarms.{name}", "it looks at nothing; give waiting, oldest_s, free or accepted")


def _field_roles(house: House) -> Iterator[Finding]:
    for title in house.field_roles:
        column = column_of(title)
        if column:
            yield Finding(
                f"field_roles.{title}", f"every card shows {column}; only a column of your own can be kept to roles"
            )


def _texts(house: House) -> Iterator[Finding]:
    yield from _known("scripts", house.scripts, "kind", KINDS)
    if not house.link:
        return
    if set(LINK_FIELD.sub("", house.link)) & set("{}"):
        yield Finding("link", "a brace stands alone; write the fields as {contact_id}")
    yield from _known("link", LINK_FIELD.findall(house.link), "field", LINK_FIELDS)
    if not _is_url(house.link):
        yield Finding("link", "it is no address; begin with http:// or https://")


def _outside(house: House) -> Iterator[Finding]:
    for name, address in house.addresses.items():
        key = f"addresses.{name}"
        kind, _, webhook = address.partition(":")
        if kind == "webhook":
            if webhook not in house.webhooks:
                yield unknown(key, webhook, "webhook", house.webhooks)
        elif not _is_mail(address):
            yield Finding(key, f'"{address}" is neither a mail address nor webhook:NAME')
    for name, hook in house.webhooks.items():
        yield from _known(f"webhooks.{name}.events", hook.events, "event", EVENT_KINDS)
        if not _is_url(hook.url):
            yield Finding(f"webhooks.{name}.url", "it is no address; begin with http:// or https://")
    if house.hook is not None and not _is_url(house.hook.url):
        yield Finding("hook.url", "it is no address; begin with http:// or https://")
    if house.mail is not None and not _is_mail(house.mail.sender):
        yield Finding("mail.sender", f'"{house.mail.sender}" is no mail address')


def _calendar(house: House) -> Iterator[Finding]:
    names = [period.name for period in house.calendar.periods]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield Finding("calendar.periods", f"two periods are called {name}")
    for day in sorted(house.calendar.holidays.keys() & house.calendar.workdays.keys()):
        yield Finding(f"calendar.workdays.{day}", "the same day is among the holidays; take it out of one")


def _rosters(house: House) -> Iterator[Finding]:
    for name, roster in house.rosters.items():
        for at, rotation in enumerate(roster.rotations):
            key = f"rosters.{name}.rotations[{at}]"
            if rotation.shift not in roster.shifts:
                yield unknown(f"{key}.shift", rotation.shift, "shift of this roster", roster.shifts)
            if rotation.ends is not None and rotation.ends < rotation.starts:
                yield Finding(f"{key}.ends", f"it ends before it starts, {rotation.starts}")
            for team, members in enumerate(rotation.teams):
                yield from _members(house, f"{key}.teams[{team}]", members)


def _known(key: str, names: Iterable[str], what: str, known: Iterable[str]) -> Iterator[Finding]:
    there = set(known)
    for name in names:
        if name not in there:
            yield unknown(key, name, what, there)


def _is_mail(address: str) -> bool:
    local, _, domain = address.rpartition("@")
    return bool(local and domain) and " " not in address


def _is_url(address: str) -> bool:
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and port != 0
