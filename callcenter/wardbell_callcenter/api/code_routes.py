"""With which codes a contact may be summed up, and what they ask for."""

from litestar import get
from litestar.params import FromQuery
from msgspec import Struct

from wardbell_callcenter.api.gate import TheCaller, TheIntake
from wardbell_callcenter.contacts.wrap_up import codes_for
from wardbell_callcenter.house import by_language
from wardbell_protocol.bus.centre_payloads import ContactKind
from wardbell_protocol.bus.payloads import Kind, Name, Text


class WrapUpCode(Struct, frozen=True, kw_only=True):
    """A code of the house, for `resolve`. `name`: by language; the `required` ones of its `fields` must be given.

    `kinds`: of contacts or calls, for which it is; none: for any.
    """

    code: Name
    name: dict[Name, Text]
    category: Text
    kinds: list[Name]
    fields: list[Name]
    required: list[Name]


@get("/v1/codes", sync_to_thread=True)
def codes(
    intake: TheIntake,
    caller: TheCaller,
    kind: FromQuery[ContactKind | None] = None,
    call_kind: FromQuery[Kind | None] = None,
) -> list[WrapUpCode]:
    """The house's wrap-up codes, in its order: all, or those for a `kind` of contact. `call_kind`: of a bed's call."""
    intake.check(caller, "codes")
    with intake.store.reading() as ledger:
        house = intake.house(ledger)
    is_any = kind is None and call_kind is None
    found = house.codes if is_any else codes_for(house, kind or "bed_call", call_kind or "")
    return [
        WrapUpCode(
            code=name,
            name=by_language(code.name),
            category=code.category,
            kinds=list(code.kinds),
            fields=list(code.fields),
            required=list(code.required),
        )
        for name, code in found.items()
    ]
