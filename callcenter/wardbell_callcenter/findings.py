"""What is wrong in a document that people write: where, and what to do about it."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """`key` as `policies.night.steps[1].to`, `remedy` in words."""

    key: str
    remedy: str


def unknown(key: str, name: str, what: str, known: Iterable[str]) -> Finding:
    """That name is not among those that are known. `what` it should be the name of: `ward`, `agent`."""
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=1)
    if near:
        return Finding(key, f'there is no {what} "{name}"; is "{near[0]}" meant?')
    return Finding(key, f'there is no {what} "{name}"; known: {", ".join(names) or "none"}')
