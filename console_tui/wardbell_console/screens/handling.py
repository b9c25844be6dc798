"""What is asked before a verb goes to the call centre: codes, fields, people, reasons. Nothing is sent where `esc` is pressed."""

from collections.abc import Callable

from textual.app import App

from wardbell_console.centre_wording import FORCES, named, place_of
from wardbell_console.desk import Desk
from wardbell_console.screens.choose import Choose
from wardbell_console.screens.form import Field, Form
from wardbell_protocol.bus.centre_payloads import LONG_TEXT, CodeForm, ContactState
from wardbell_protocol.bus.topics import check_name
from wardbell_protocol.errors import EncodeError


class Handling:
    """The dialogs of one screen. Args: sent: called after a verb was sent; say: takes the key of a text for the person."""

    def __init__(self, app: App[None], desk: Desk, sent: Callable[[], None], say: Callable[[str], None]) -> None:
        self._app = app
        self._desk = desk
        self._sent = sent
        self._say = say

    def asks_in_vain(self, verb: str, contact: ContactState) -> bool:
        """Whether the call centre would refuse that, so that nobody fills in a form for it; then it is said."""
        seat = self._desk.feed.seat
        if seat.state is None or seat.may(verb, contact):
            return False
        self._refuse("reason.not_his" if seat.may(verb) else "reason.not_for_role")
        return True

    # About a contact.

    def about(self, verb: str, contact_id: str, **fields: object) -> None:
        """A verb that needs no asking."""
        self._desk.feed.seat.about(verb, contact_id, self._desk.clock(), **fields)
        self._sent()

    def resolve(self, contact: ContactState) -> None:
        """With a code of the house, its fields, and a text."""
        self._read_anew()
        centre, language = self._desk.feed.centre, self._desk.language
        fitting = [code for code in centre.codes if _fits(centre.forms.get(code), contact)]
        if not fitting:
            self._resolve(contact, "")
            return
        options = [(code, named(language, centre.codes, code)) for code in fitting]
        self._choose("dialog.code", contact, options, lambda code: self._resolve(contact, code))

    def transfer(self, contact: ContactState) -> None:
        """To somebody who is signed in, or to a group."""
        self._read_anew()
        feed, language = self._desk.feed, self._desk.language
        options = [
            (agent, f"{agent}  {language.text(f'agent.{state.state}')}")
            for agent, state in sorted(feed.centre.agents.items())
            if agent != feed.operator
        ]
        options += [(f"group:{group}", language.text("dialog.group", name=group)) for group in feed.centre.groups]
        if not options:
            self._say("reason.nobody_else")
            return
        self._choose("dialog.transfer", contact, options, lambda to: self._transfer(contact, to))

    def release(self, contact: ContactState) -> None:
        """Back into the queue."""
        self._with_reason("release", "dialog.release", contact)

    def take_over(self, contact: ContactState) -> None:
        """From whoever has it."""
        self._with_reason("take_over", "dialog.take_over", contact)

    def note(self, contact: ContactState) -> None:
        """For whoever comes after."""
        self._ask(
            self._title("dialog.note", contact),
            [self._field("text", "dialog.text", is_required=True, most=LONG_TEXT)],
            lambda said: self.about("note", contact.contact_id, text=said["text"]),
        )

    def hand_over(self, contact: ContactState) -> None:
        """To somebody outside."""
        fields = [self._field("to", "dialog.to", is_required=True), self._field("text", "dialog.text", most=LONG_TEXT)]
        self._ask(
            self._title("dialog.hand_over", contact),
            fields,
            lambda said: self.about("hand_over", contact.contact_id, to=said["to"], text=said["text"]),
        )

    def choose_resident(self, contact: ContactState) -> None:
        """Which of several."""
        cards = self._desk.feed.seat.asks.pop_of(contact.contact_id).residents
        if len(cards) < 2:
            self._say("reason.one_resident")
            return
        options = [(card.resident_id, "  ".join([card.name, ", ".join(card.risks)])) for card in cards]
        self._choose(
            "dialog.resident", contact, options, lambda who: self.about("choose_resident", contact.contact_id, to=who)
        )

    # About people.

    def sign_in(self, *, is_asked_for: bool = False) -> None:
        """By name, with a secret where there is one."""
        language, feed = self._desk.language, self._desk.feed
        fields = [
            self._field("name", "dialog.name", value=feed.operator, is_required=True, most=40, check=_check_name),
            self._field("secret", "dialog.secret", is_secret=True),
        ]
        hint = language.text("dialog.secret_asked") if is_asked_for else ""
        self._app.push_screen(Form(self._desk, language.text("dialog.sign_in"), fields, hint), self._sign_in)

    def not_ready(self) -> None:
        """With a reason of the house; any, where it names none."""
        self._read_anew()
        language, reasons = self._desk.language, self._desk.feed.centre.reasons
        options = [(reason, named(language, reasons, reason)) for reason in reasons]
        if options:
            screen = Choose(self._desk, language.text("dialog.not_ready"), options)
            self._app.push_screen(screen, lambda reason: self._not_ready(reason or ""))
            return
        field = self._field("reason", "dialog.reason", is_required=True)
        self._ask(language.text("dialog.not_ready"), [field], lambda said: self._not_ready(said["reason"]))

    def force(self, agent: str) -> None:
        """A supervisor's verb about somebody else, with its reason."""
        language = self._desk.language
        options = [(verb, language.text(f"verb.{verb}")) for verb in FORCES if self._desk.feed.seat.may(verb)]
        if not options:
            self._refuse("reason.not_for_role")
            return
        screen = Choose(self._desk, language.text("dialog.force", agent=agent), options)
        self._app.push_screen(screen, lambda verb: self._force(agent, verb) if verb else None)

    # Inside.

    def _read_anew(self) -> None:
        """For the next time: what is shown now is what is known."""
        self._desk.feed.seat.read_anew(self._desk.clock())

    def _refuse(self, reason: str) -> None:
        """By what the call centre said last; another try is by what it says now."""
        self._read_anew()
        self._say(reason)

    def _resolve(self, contact: ContactState, code: str) -> None:
        centre, language = self._desk.feed.centre, self._desk.language
        form = centre.forms.get(code) or CodeForm()
        fields = [self._own_field(name, is_required=name in form.required) for name in form.fields]
        fields.append(self._field("", "dialog.text", most=LONG_TEXT))
        name = named(language, centre.codes, code)
        title = self._title("dialog.code_text" if code else "dialog.no_code", contact, code=name)

        def done(said: dict[str, str]) -> None:
            given = {key: value for key, value in said.items() if key and value}
            self.about("resolve", contact.contact_id, code=code, fields=given, text=said[""])

        self._ask(title, fields, done)

    def _transfer(self, contact: ContactState, to: str) -> None:
        self._ask(
            self._title("dialog.transfer_text", contact, to=to.removeprefix("group:")),
            [self._field("text", "dialog.text", most=LONG_TEXT)],
            lambda said: self.about("transfer", contact.contact_id, to=to, text=said["text"]),
        )

    def _with_reason(self, verb: str, title: str, contact: ContactState) -> None:
        self._ask(
            self._title(title, contact),
            [self._field("reason", "dialog.reason", is_required=True)],
            lambda said: self.about(verb, contact.contact_id, reason=said["reason"]),
        )

    def _sign_in(self, said: dict[str, str] | None) -> None:
        if said is not None:
            self._desk.feed.seat.sign_in(said["name"], self._desk.clock(), said["secret"])
            self._sent()

    def _not_ready(self, reason: str) -> None:
        if reason:
            self._desk.feed.seat.not_ready(reason, self._desk.clock())
            self._sent()

    def _force(self, agent: str, verb: str) -> None:
        language = self._desk.language
        title = language.text("dialog.force_reason", agent=agent, verb=language.text(f"verb.{verb}"))

        def done(said: dict[str, str]) -> None:
            self._desk.feed.seat.force(verb, agent, said["reason"], self._desk.clock())
            self._sent()

        self._ask(title, [self._field("reason", "dialog.reason", is_required=True)], done)

    def _title(self, key: str, contact: ContactState, **values: object) -> str:
        language = self._desk.language
        return language.text(key, place=place_of(language, contact), **values)

    def _choose(
        self, title: str, contact: ContactState, options: list[tuple[str, str]], then: Callable[[str], None]
    ) -> None:
        screen = Choose(self._desk, self._title(title, contact), options)
        self._app.push_screen(screen, lambda chosen: then(chosen) if chosen else None)

    def _ask(self, title: str, fields: list[Field], then: Callable[[dict[str, str]], None]) -> None:
        screen = Form(self._desk, title, fields)
        self._app.push_screen(screen, lambda said: then(said) if said is not None else None)

    def _field(
        self,
        name: str,
        label: str,
        value: str = "",
        *,
        is_required: bool = False,
        is_secret: bool = False,
        most: int = 256,
        check: Callable[[str], str] | None = None,
    ) -> Field:
        return Field(name, self._desk.language.text(label), value, is_required, is_secret, most, check)

    def _own_field(self, name: str, *, is_required: bool) -> Field:
        """A field that the house has named."""
        label = self._desk.language.text("dialog.needed", name=name) if is_required else name
        return Field(name, label, is_required=is_required)


def _fits(form: CodeForm | None, contact: ContactState) -> bool:
    return form is None or not form.kinds or contact.kind in form.kinds or contact.call_kind in form.kinds


def _check_name(name: str) -> str:
    try:
        check_name(name)
    except EncodeError:
        return "dialog.name_wrong"
    return ""
