"""The house as its people describe it: wards, agents, policies, rosters, rules. One JSON document, kept whole in the store.

Nothing in it changes while a night is worked; what does (who is ready, who swapped a shift) is in tables of its own.
Every part has a default: an empty document is a house where whoever signs in is asked.
"""

import json
import re
from datetime import date
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from wardbell_callcenter.document_key import exact_key, words_at
from wardbell_protocol.bus.centre_payloads import Medium
from wardbell_protocol.bus.payloads import Name, Text
from wardbell_protocol.errors import ConfigError

Strategy = Literal[
    "ring_all",
    "group",
    "ordered",
    "round_robin",
    "longest_idle",
    "fewest_contacts",
    "most_recent",
    "familiar",
    "random",
    "progressive",
]
Level = Literal["home", "ward", "carer"]  # whose contacts and residents one may see: all, his wards', his own
Role = Literal["carer", "operator", "supervisor", "administrator", "interface"]
Seconds = Annotated[int, Meta(ge=0, le=86_400)]
SomeSeconds = Annotated[int, Meta(ge=1, le=86_400)]
SkillLevel = Annotated[int, Meta(ge=1, le=5)]
ByLanguage = dict[Literal["en", "zh_CN"], Text]
DayKind = Literal["workday", "weekend", "holiday"]
TimeOfDay = Annotated[str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
LINK_FIELD = re.compile(r"\{([^{}]*)\}")  # of House.link
EVERY_DAY: tuple[DayKind, ...] = ("workday", "weekend", "holiday")


class Part(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Root of all parts: a slip of the pen must not leave a house without its steps."""


class Step(Part, frozen=True, kw_only=True):
    """Who is asked, how, and when: `after_s` counts from the planned beginning of the round.

    `to`: `ward`, `building`, `home` (who serves them), `group:NAME`, `agent:NAME`, `roster:NAME` (who is on duty), `key_carer`,
    `everybody`, `address:NAME`. `ring_s` 0: until the next step. `every_s`: how fast `progressive` widens.
    """

    after_s: Seconds
    to: Annotated[list[Text], Meta(min_length=1)]
    strategy: Strategy = "ring_all"
    media: Annotated[list[Medium], Meta(min_length=1)] = msgspec.field(default_factory=lambda: ["seat"])
    ring_s: Seconds = 20
    every_s: SomeSeconds = 10
    skills: dict[Name, SkillLevel] = {}


class Policy(Part, frozen=True, kw_only=True):
    """The steps of a kind of contact. The last one repeats for ever, to everybody as well as those it names.

    `accept_limit_s`: accepted and nobody at the bed: back into the queue. `on_site_limit_s`: at the bed and not resolved: the
    same. `remind_s`: before either, the one who has it is reminded this long. 0 means never. `overflow`: the next step comes at
    once when all who were asked have refused, are busy or did not answer.
    """

    steps: Annotated[list[Step], Meta(min_length=1)]
    repeat_s: SomeSeconds = 60
    skip_if_empty: bool = True
    overflow: bool = True
    accept_limit_s: Seconds = 180
    on_site_limit_s: Seconds = 900
    remind_s: Seconds = 30
    tell_ward: bool = True  # whoever accepts has answered in the ward too: the lamp at the bed shows it


class Ward(Part, frozen=True, kw_only=True):
    """A ward of the house. `corridors`: their rooms; a room of none belongs to the ward itself."""

    building: Text = ""
    name: ByLanguage = {}
    corridors: dict[Name, list[Text]] = {}


class Agent(Part, frozen=True, kw_only=True):
    """Somebody who may sign in. `wards` empty: all. `secret`: made by `wardbell house secret`; empty: none is asked for."""

    role: Role = "carer"
    level: Level = "ward"
    wards: list[Name] = []
    skills: dict[Name, SkillLevel] = {}
    secret: Text = ""
    mail: Text = ""
    webhook: Text = ""  # a name of `webhooks`


class Priorities(Part, frozen=True, kw_only=True):
    """What makes a contact urgent: its kind's base, plus the resident's care level and class, plus each repeat up to the ninth.

    Larger is more urgent. What is not an emergency stays below `reserved`, whatever is added. `classes`: what each class that the
    house puts residents into adds, such as `{"important": 3, "vip": 6}`.
    """

    kinds: dict[Name, Annotated[int, Meta(ge=0, le=99)]] = {}
    per_care_level: Annotated[int, Meta(ge=0, le=9)] = 2
    classes: dict[Name, Annotated[int, Meta(ge=0, le=49)]] = {}
    per_repeat: Annotated[int, Meta(ge=0, le=9)] = 1
    reserved: Annotated[int, Meta(ge=2, le=99)] = 50


class Code(Part, frozen=True, kw_only=True):
    """A way to sum up a contact. `kinds` empty: of any kind; `fields` are asked for, and the `required` ones must be given."""

    name: ByLanguage
    category: Text = ""
    kinds: list[Name] = []
    fields: list[Name] = []
    required: list[Name] = []


class Limits(Part, frozen=True, kw_only=True):
    """Times and counts that hold for every agent."""

    wrap_up_s: Seconds = 0
    missed: Annotated[int, Meta(ge=0, le=99)] = 3  # so many in a row make him not ready; 0: never
    missed_back_s: Seconds = 300  # and he is ready again after that; 0: when he says so
    not_ready_s: Seconds = 3600  # the same for every other reason that names no time
    offers_at_once: Annotated[int, Meta(ge=1, le=99)] = 1  # of strategies that ask one after another
    rings_at_once: Annotated[int, Meta(ge=1, le=999)] = 20  # of those that ask all; emergencies ring beside
    recall_s: SomeSeconds = 600  # the same bed again within that is a re-call


class Targets(Part, frozen=True, kw_only=True):
    """What the house wants to keep, for its figures; nothing is done when it does not.

    `accept_s`: Y of the service levels, counted from the opening. `response_s`: from the press until somebody is at the bed, by
    kind of call; those it does not name are in figures/kpi.py.
    """

    accept_s: SomeSeconds = 60
    response_s: dict[Name, SomeSeconds] = {}


class IncidentRules(Part, frozen=True, kw_only=True):
    """When many contacts are one incident. 0 calls: never."""

    corridor_calls: Annotated[int, Meta(ge=0, le=999)] = 5
    corridor_s: SomeSeconds = 60
    button_calls: Annotated[int, Meta(ge=0, le=999)] = 6
    button_s: SomeSeconds = 300
    mute_s: SomeSeconds = 1800


class Alarm(Part, frozen=True, kw_only=True):
    """When the queue itself wants somebody: once all that is given here holds at the same time, a contact of kind `technical`.

    `ward`: of its contacts and people only. `waiting`: so many or more look for somebody; `oldest_s`: one has for that long;
    `free`: fewer agents than that are ready; `accepted`: of the last hour's a smaller share was accepted within
    `targets.accept_s`. 0: not looked at.
    """

    ward: Text = ""
    waiting: Annotated[int, Meta(ge=0, le=9999)] = 0
    oldest_s: Seconds = 0
    free: Annotated[int, Meta(ge=0, le=999)] = 0
    accepted: Annotated[float, Meta(ge=0, le=1)] = 0.0


class Hook(Part, frozen=True, kw_only=True):
    """Somebody else's program that names the agents: POST of contact and candidates, JSON back. After the time-out ours count."""

    url: Text
    timeout_s: Annotated[float, Meta(gt=0, le=5)] = 1.0
    secret: Text = ""


class Mail(Part, frozen=True, kw_only=True):
    """The house's SMTP server. The password is in the environment, WARDBELL_SMTP_PASSWORD."""

    host: Text
    port: Annotated[int, Meta(ge=1, le=65_535)] = 25
    sender: Text
    user: Text = ""
    security: Literal["none", "starttls", "tls"] = "none"


class Webhook(Part, frozen=True, kw_only=True):
    """An address that takes POSTs. `events`: which kinds of the call centre's events it is told besides offers to it."""

    url: Text
    secret: Text = ""  # signs the body: HMAC-SHA-256
    events: list[Name] = []


class Period(Part, frozen=True, kw_only=True):
    """Hours of a day of that kind, `07:00` to `19:00`; one that ends before it begins goes over midnight."""

    name: Name
    begins: TimeOfDay
    ends: TimeOfDay
    on: tuple[DayKind, ...] = EVERY_DAY


class Calendar(Part, frozen=True, kw_only=True):
    """The four kinds: work hours (`periods`), weekends, special holidays, special workdays. Days as `2026-10-01`."""

    periods: list[Period] = []
    weekend: tuple[Annotated[int, Meta(ge=1, le=7)], ...] = (6, 7)  # ISO: 1 is Monday
    holidays: dict[date, ByLanguage] = {}
    workdays: dict[date, ByLanguage] = {}  # that would be weekend or holiday


class Shift(Part, frozen=True, kw_only=True):
    """A time of the day that people work, on days of those kinds. `needs`: how many at least."""

    begins: TimeOfDay
    ends: TimeOfDay
    needs: Annotated[int, Meta(ge=0, le=999)] = 1
    on: tuple[DayKind, ...] = EVERY_DAY


class Rotation(Part, frozen=True, kw_only=True):
    """Teams that take turns at a shift: each for `every` days or weeks, from `starts` on, by the days of the house's own clock.

    Days on which nobody of it works count too: a holiday that is added later moves nobody's turn. `on`: only those weekdays
    (ISO), none: all of them. `ends`: the last day.
    """

    shift: Name
    teams: Annotated[list[list[Name]], Meta(min_length=1)]
    starts: date
    ends: date | None = None
    every: Annotated[int, Meta(ge=1, le=366)] = 1
    unit: Literal["day", "week"] = "day"
    on: list[Annotated[int, Meta(ge=1, le=7)]] = []


class Roster(Part, frozen=True, kw_only=True):
    """Who works when, of one ward or team."""

    shifts: dict[Name, Shift]
    rotations: list[Rotation]


class House(Part, frozen=True, kw_only=True):
    """All of it. `policies`: by name; `policy_of`: of a call's or a contact's kind, with or without `@` and a period's name.

    The most exact one counts: `emergency@night`, `emergency`, `bed_call@night`, `bed_call`, `default@night`, `default`.
    """

    name: ByLanguage = {}
    time_zone: str = "UTC"
    wards: dict[Name, Ward] = {}
    agents: dict[Name, Agent] = {}
    groups: dict[Name, list[Name]] = {}
    policies: dict[Name, Policy] = {}
    policy_of: dict[Name, Name] = {}
    priorities: Priorities = Priorities()
    codes: dict[Name, Code] = {}
    reasons: dict[Name, ByLanguage] = {}
    field_roles: dict[Text, list[Role]] = {}  # who sees an own column of the residents' table; one not named: everybody
    scripts: dict[Name, dict[Literal["en", "zh_CN"], list[Text]]] = {}  # by kind of call or contact
    link: Text = ""  # of an offer: {contact_id} {ward} {room} {bed} {resident_id}
    addresses: dict[Name, Text] = {}  # outside: a mail address, or `webhook:NAME`
    calendar: Calendar = Calendar()
    rosters: dict[Name, Roster] = {}
    limits: Limits = Limits()
    targets: Targets = Targets()
    incidents: IncidentRules = IncidentRules()
    alarms: dict[Name, Alarm] = {}
    hook: Hook | None = None
    mail: Mail | None = None
    webhooks: dict[Name, Webhook] = {}


DEFAULT_POLICY = Policy(steps=[Step(after_s=0, to=["ward"], ring_s=0), Step(after_s=30, to=["everybody"], ring_s=0)])


def by_language(words: ByLanguage) -> dict[str, str]:
    """For payloads, in which a newer call centre may have further languages."""
    return {str(language): text for language, text in words.items()}


def decode_house(raw: bytes, file: str) -> House:
    """A house's document.

    Raises:
        ConfigError: naming file, key and remedy.
    """
    try:
        document = json.loads(raw, object_pairs_hook=_each_once)
    except _TwiceError as error:
        raise ConfigError(file, str(error), "it stands there twice; of two only the last would count") from error
    except (ValueError, RecursionError) as error:
        raise ConfigError(file, "the document", f"it is no JSON: {error}") from error
    try:
        return msgspec.convert(document, House)
    except msgspec.ValidationError as error:
        what, _, where = str(error).partition(" - at ")
        key = exact_key(document, House, where)
        if "RFC3339" in what:
            what = "it is no day; write one as 2026-10-01"
        elif "[0-5]" in what:
            what = "it is no time of a day; write one as 07:00"
        elif words := words_at(House, where):
            what += f"; give one of {', '.join(words)}"
        elif "unknown field" in what:
            what += "; the keys there are stand in callcenter/examples/house.json"
        raise ConfigError(file, key or "the document", what) from error


class _TwiceError(ValueError):
    """A key that an object has twice."""


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _ in pairs]
        raise _TwiceError(next(name for name in names if names.count(name) > 1))
    return made
