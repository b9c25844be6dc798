"""Which key of a JSON document is wrong. msgspec says `policies[...].steps[0]`; a person wants `policies.night.steps[0]`."""

import re
from typing import Any

import msgspec
from msgspec import inspect

Json = dict[str, Any] | list[Any] | str | int | float | None

_ANY = "[...]"  # a value of a mapping, whichever
_TOKEN = re.compile(r"\[\.\.\.\]|\[\d+\]|\.?[^.\[]+")


def exact_key(document: Json, kind: type, said: str) -> str:
    """The path that msgspec said (`$.policies[...]`, or `key` in one), with the names of the mappings' keys.

    `document`: the decoded JSON, of which `kind` cannot be made. Each mapping on the way is tried with one key at a time.
    """
    path: list[str | int] = []
    where = said.rpartition("$")[2].rstrip("`") + (_ANY if "key" in said.partition("$")[0] else "")
    for token in _TOKEN.findall(where):
        if token == _ANY:
            name = _wrong_key(document, kind, path)
            if name is None:
                break
            document = _with_only(document, path, name)
            path.append(name)
        else:
            path.append(int(token[1:-1]) if token.startswith("[") else token.lstrip("."))
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")


def words_at(kind: type, said: str) -> tuple[str, ...]:
    """The words of which one has to stand at the path that msgspec said; none where it is not so."""
    place = inspect.type_info(kind)
    for token in _TOKEN.findall(said.rpartition("$")[2].rstrip("`")):
        place = _inside(place, token)
    if isinstance(place, inspect.DictType) and "key" in said.partition("$")[0]:
        place = place.key_type
    return tuple(map(str, place.values)) if isinstance(place, inspect.LiteralType) else ()


def _inside(place: inspect.Type, token: str) -> inspect.Type:
    if isinstance(place, inspect.UnionType):
        place = next(one for one in place.types if not isinstance(one, inspect.NoneType))
    match place:
        case inspect.StructType():
            return next((field.type for field in place.fields if field.encode_name == token.lstrip(".")), place)
        case inspect.DictType():
            return place.value_type
        case inspect.ListType() | inspect.VarTupleType():
            return place.item_type
    return place


def _wrong_key(document: Json, kind: type, path: list[str | int]) -> str | None:
    mapping: Any = document
    for part in path:
        mapping = mapping[part]
    for name in mapping:
        try:
            msgspec.convert(_with_only(document, path, name), kind)
        except msgspec.ValidationError:
            return str(name)
    return None


def _with_only(document: Json, path: list[str | int], name: str) -> Json:
    """A copy in which the mapping at `path` has that key only."""
    copied: Any = list(document) if isinstance(document, list) else dict(document)  # type: ignore[arg-type]
    if not path:
        return {name: copied[name]}
    copied[path[0]] = _with_only(copied[path[0]], path[1:], name)
    return copied  # type: ignore[no-any-return]
