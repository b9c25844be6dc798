"""`wardbell contacts`: the call centre's contacts from the command line, over its API."""

import argparse
import os
import sys
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from time import time_ns
from typing import Any, get_args
from urllib.parse import quote

import msgspec

from wardbell_bus import paths
from wardbell_bus.columns import aligned
from wardbell_callcenter.api.bodies import Contacts
from wardbell_callcenter.api.code_routes import WrapUpCode
from wardbell_callcenter.api.contacts_client import DEFAULT_URL, Api, RefusedError, UnavailableError, token_of
from wardbell_callcenter.api.contacts_wording import TEXTS, Wording
from wardbell_callcenter.api.ward_routes import MuteState
from wardbell_callcenter.figures.live import LiveFigures
from wardbell_callcenter.people.supervision import Board
from wardbell_protocol.bus.centre_payloads import CentreEvent, ContactKind, ContactState, ContactStatus, ScreenPop
from wardbell_protocol.errors import ConfigError

COMMAND = "wardbell contacts"
EXAMPLES = """examples:
  wardbell contacts list                         what is open, the most urgent first
  wardbell contacts list --mine --json
  wardbell contacts list --status resolved --ward east
  wardbell contacts show c-5f0a1b2c-17           who lives there, and its time line
  wardbell contacts accept c-5f0a1b2c-17         status 1 where somebody else has it: says who
  wardbell contacts on-site c-5f0a1b2c-17
  wardbell contacts resolve c-5f0a1b2c-17 --code doctor --field doctor=Wu --text "helped up"
  wardbell contacts note c-5f0a1b2c-17 "asked for the doctor"
  wardbell contacts choose-resident c-5f0a1b2c-17 r2           of those whom `show` names
  wardbell contacts transfer c-5f0a1b2c-17 head-nurse
  wardbell contacts open technical "lamp in 203" --ward east --room 203
  wardbell contacts board                        what waits, for how long, how many were accepted in time, who is there
  wardbell contacts mutes                        buttons that were muted, by hand or in a storm, and until when
  wardbell contacts unmute east/203-1 --reason "new battery"    it rings again, now
  wardbell contacts watch                        every event as it comes; goes on where it was after a gap

The token is that of `wardbell house token NAME`. 1 = refused, 69 = nobody answers, 78 = no token.
"""
EX_REFUSED, EX_UNAVAILABLE, EX_CONFIG = 1, 69, 78
PAGE = "500"
KINDS, STATES = get_args(ContactKind), get_args(ContactStatus)

Run = Callable[[argparse.Namespace, Api, Wording], int]


def main(argv: list[str]) -> int:
    """Do what is asked."""
    options = _parser().parse_args(argv)
    words = Wording(options.lang)
    run: Run = options.run
    try:
        with Api(options.url, token_of(options.token_file, options.home)) as api:
            return run(options, api, words)
    except ConfigError as error:
        return _failed(str(error), EX_CONFIG)
    except RefusedError as error:
        return _failed(words.refusal(error.problem), EX_REFUSED)
    except UnavailableError as error:
        return _failed(words.text("silent", why=words.reason(str(error))), EX_UNAVAILABLE)
    except (KeyboardInterrupt, BrokenPipeError):
        return 0


def _list(options: argparse.Namespace, api: Api, words: Wording) -> int:
    wanted = {
        "ward": options.ward,
        "kind": options.kind,
        "status": options.status,
        "mine": "true" if options.mine else "",
    }
    query = {name: value for name, value in wanted.items() if value} | {"limit": PAGE}
    found: list[ContactState] = []
    after = ""
    while True:
        page = api.get("/v1/contacts", Contacts, query | ({"after": after} if after else {}))
        found += page.contacts
        after = page.next
        if not after or len(found) >= options.limit:
            break
    shown = sorted(found[: options.limit], key=lambda contact: (-contact.priority, contact.opened_at_ms))
    if options.json:
        _print_json(shown)
    elif not shown:
        print(words.text("none"))
    else:
        now_ms = time_ns() // 1_000_000
        print("\n".join(aligned([words.head(), *(words.row(contact, now_ms) for contact in shown)])))
    return 0


def _show(options: argparse.Namespace, api: Api, words: Wording) -> int:
    contact = api.get(f"/v1/contacts/{options.contact}", ContactState)
    told = api.get(f"/v1/contacts/{options.contact}/timeline", list[CentreEvent])
    pop = _pop(options.contact, api)
    if options.json:
        _print_json({"contact": contact, "pop": pop, "timeline": told})
        return 0
    print("\n".join(aligned([words.head(), words.row(contact, time_ns() // 1_000_000)])))
    print()
    if pop.residents:
        print("\n".join(aligned([words.resident(card) for card in pop.residents])), end="\n\n")
    codes = _codes(api)
    for event in told:
        print(words.event(event, codes, names_place=False))
    return 0


def _codes(api: Api) -> dict[str, dict[str, str]]:
    """The house's words for its wrap-up codes."""
    return {code.code: code.name for code in api.get("/v1/codes", list[WrapUpCode])}


def _pop(contact_id: str, api: Api) -> ScreenPop:
    """Nothing to whom it is not shown: of a contact that is over, say."""
    try:
        return api.get(f"/v1/contacts/{contact_id}/pop", ScreenPop)
    except RefusedError:
        return ScreenPop()


def _watch(options: argparse.Namespace, api: Api, words: Wording) -> int:
    codes = {} if options.json else _codes(api)
    for event in api.events(options.after):
        line = msgspec.json.encode(event).decode() if options.json else words.event(event, codes, names_place=True)
        print(line, flush=True)
    return 0


def _board(options: argparse.Namespace, api: Api, words: Wording) -> int:
    seats = api.get("/v1/board", Board)
    live = _live(options.ward, api)
    if options.json:
        _print_json({"figures": live, "board": seats})
        return 0
    now_ms = time_ns() // 1_000_000
    print("\n".join([*(words.figures(live) if live else ()), words.seats(seats)]))
    rows = [words.agent(agent, seats.reasons, now_ms) for agent in seats.agents if agent.state != "signed_out"]
    if rows:
        print("\n" + "\n".join(aligned([words.agents_head(), *rows])))
    return 0


def _live(ward: str, api: Api) -> LiveFigures | None:
    """The figures, for whom they are; carers see the seats alone."""
    try:
        return api.get("/v1/figures/live", LiveFigures, {"ward": ward} if ward else None)
    except RefusedError as error:
        if error.problem.status != HTTPStatus.FORBIDDEN or ward:
            raise
        return None


def _do(options: argparse.Namespace, api: Api, words: Wording) -> int:
    said = {name: getattr(options, name) for name in options.said}
    contact = api.post(f"/v1/contacts/{options.contact}/{options.verb}", ContactState, said or None)
    return _shown(options, contact, words)


def _open(options: argparse.Namespace, api: Api, words: Wording) -> int:
    said = {name: getattr(options, name) for name in ("kind", "subject", "ward", "room", "bed", "fields")}
    return _shown(options, api.post("/v1/contacts", ContactState, said), words)


def _mutes(options: argparse.Namespace, api: Api, words: Wording) -> int:
    return _shown_mutes(options, api.get("/v1/mutes", list[MuteState]), words)


def _mute(options: argparse.Namespace, api: Api, words: Wording) -> int:
    ward, station = options.station
    said = {name: getattr(options, name) for name in options.said}
    path = f"/v1/wards/{quote(ward, safe='')}/stations/{quote(station, safe='')}/{options.verb}"
    return _shown_mutes(options, api.post(path, list[MuteState], said), words)


def _shown_mutes(options: argparse.Namespace, mutes: list[MuteState], words: Wording) -> int:
    if options.json:
        _print_json(mutes)
    elif not mutes:
        print(words.text("no_mutes"))
    else:
        now_ms = time_ns() // 1_000_000
        print("\n".join(aligned([words.mutes_head(), *(words.mute(one, now_ms) for one in mutes)])))
    return 0


def _shown(options: argparse.Namespace, contact: ContactState, words: Wording) -> int:
    if options.json:
        _print_json(contact)
    else:
        print("\n".join(aligned([words.head(), words.row(contact, time_ns() // 1_000_000)])))
    return 0


def _print_json(said: object) -> None:
    print(msgspec.json.encode(said).decode())


def _failed(why: str, status: int) -> int:
    sys.stderr.write(f"{COMMAND}: {why}\n")
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=COMMAND,
        description="Contacts of the call centre, over its API.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    listed = _verb(verbs, "list", "those that you may see; open ones where no --status is given", _list)
    listed.add_argument("--ward", metavar="NAME", default="")
    listed.add_argument("--kind", choices=KINDS, default="")
    listed.add_argument("--status", choices=STATES, action="append", help="may be given several times")
    listed.add_argument("--mine", action="store_true", help="you have them, or are asked for them")
    listed.add_argument("--limit", metavar="N", type=_count, default=1000, help="default %(default)s")
    _contact(_verb(verbs, "show", "one of them, with who lives there and its time line", _show))
    watched = _verb(verbs, "watch", "every event as it comes, until Ctrl-C", _watch)
    watched.add_argument("--after", metavar="SEQ", type=int, help="begin behind that event")
    board = _verb(verbs, "board", "what waits, how the day has been, who is there", _board)
    board.add_argument("--ward", metavar="NAME", default="", help="the figures of that ward")
    _add_doing(verbs)
    _add_muting(verbs)
    opened = _verb(verbs, "open", "one that is no bed call", _open)
    opened.add_argument("kind", choices=["family_call", "message", "web_request", "technical"])
    opened.add_argument("subject")
    for name in ("ward", "room", "bed"):
        opened.add_argument(f"--{name}", default="")
    _fields(opened)
    return parser


def _add_doing(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    for name, words in (
        ("accept", "you take it"),
        ("on-site", "you are at the bed"),
        ("escalate", "the next step, now"),
        ("join", "you help whoever has it"),
    ):
        _doing(verbs, name, words)
    _doing(verbs, "refuse", "you cannot", "reason").add_argument("--reason", default="")
    for name, words in (("release", "you have it no longer"), ("take-over", "a supervisor takes it")):
        _doing(verbs, name, words, "reason").add_argument("--reason", required=True)
    for name, words in (("transfer", "to an agent or a group"), ("hand-over", "to somebody outside")):
        passed = _doing(verbs, name, words, "to", "text")
        passed.add_argument("to")
        passed.add_argument("--text", default="")
    _doing(verbs, "note", "write something about it", "text").add_argument("text")
    chosen = _doing(verbs, "choose-resident", "which of the room's residents it is", "resident_id")
    chosen.add_argument("resident_id", metavar="RESIDENT", help="see `show`")
    resolved = _doing(verbs, "resolve", "it is done", "code", "fields", "text")
    resolved.add_argument("--code", default="", help="one of the house's wrap-up codes")
    resolved.add_argument("--text", default="")
    _fields(resolved)


def _add_muting(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    _verb(verbs, "mutes", "buttons whose calls do not ring for now; emergencies do", _mutes)
    muted = _verb(verbs, "mute", "a faulty button's calls do not ring for a while; emergencies do", _mute)
    muted.set_defaults(verb="mute", said=("for_s", "reason"))
    muted.add_argument(
        "--for", dest="for_s", metavar="S", type=_count, default=1800, help="seconds, default %(default)s"
    )
    again = _verb(verbs, "unmute", "it rings again", _mute)
    again.set_defaults(verb="unmute", said=("reason",))
    for verb in (muted, again):
        verb.add_argument("--reason", required=True)
        verb.add_argument("station", metavar="WARD/STATION", type=_station, help="such as east/203-1")


def _doing(
    verbs: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, words: str, *said: str
) -> argparse.ArgumentParser:
    verb = _verb(verbs, name, words, _do)
    verb.set_defaults(verb=name.replace("-", "_"), said=said)
    _contact(verb)
    return verb


def _verb(
    verbs: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, words: str, run: Run
) -> argparse.ArgumentParser:
    verb = verbs.add_parser(name, help=words, description=words)
    verb.set_defaults(run=run)
    url = os.environ.get("WARDBELL_API", DEFAULT_URL)
    verb.add_argument("--url", default=url, help="of the API; default $WARDBELL_API, else %(default)s")
    verb.add_argument("--token-file", metavar="FILE", type=Path, help="default: $WARDBELL_TOKEN, else token in --home")
    verb.add_argument(
        "--home", metavar="DIR", type=Path, default=paths.home(), help="state folder; default %(default)s"
    )
    verb.add_argument("--json", action="store_true", help="what the API said, as JSON")
    paths.add_language(verb, TEXTS)
    return verb


def _contact(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("contact", metavar="ID", type=_id, help="as the list names it")


def _count(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError("give 1 or more")
    return int(text)


def _fields(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--field", dest="fields", metavar="NAME=TEXT", action=_Field, default={}, help="may be repeated")


class _Field(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, options: argparse.Namespace, value: Any, *_: object) -> None:  # noqa: ANN401
        name, sign, text = str(value).partition("=")
        if not name or not sign:
            parser.error(f"--field: {value}: give it as NAME=TEXT")
        options.fields = {**options.fields, name: text}


def _station(text: str) -> tuple[str, str]:
    ward, _, station = text.partition("/")
    if not ward or not station or "/" in station:
        raise argparse.ArgumentTypeError(f"{text}: give WARD/STATION, such as east/203-1")
    return ward, station


def _id(text: str) -> str:
    if not text or len(text) > 64 or not all(part.isalnum() or part in "-_." for part in text):
        raise argparse.ArgumentTypeError(f"{text}: give an id of the list, such as c-5f0a1b2c-17")
    return text
