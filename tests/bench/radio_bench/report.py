"""Figures as tables on the screen."""

from collections.abc import Callable
from typing import Any

from figures import print_table

from radio_bench.curves import SHARES


def print_section(name: str, parts: list[dict[str, Any]]) -> None:
    """Print the tables of one section out of its parts' figures."""
    print(f"\n== {name}")
    _PRINTERS[name](parts)


def _sensitivity(figures: list[dict[str, Any]]) -> None:
    for part in figures:
        print(f"\n{part['what']}, {part['presses']} presses a point: SNR in 250 kHz, dB")
        rows = []
        for name, at_db in sorted(part["at_db"].items(), key=lambda item: _known(item[1])):
            points = part["curves"].get(name, [])
            wrong = sum(point["n_wrong"] for point in points) if points else "-"
            rows.append([name, *("-" if db is None else f"{db:+.1f}" for db in at_db), wrong])
        print_table(["", *(f"P = {share:g}" for share in SHARES), "presses with a wrong code"], rows)


def _known(at_db: list[float | None]) -> float:
    return min((db for db in at_db if db is not None), default=99.0)


def _impulses(figures: list[dict[str, Any]]) -> None:
    names = list(figures[0]["tallies"])
    print(f"\nheard of {figures[0]['presses']} presses of {figures[0]['words']} words; impulses a second:")
    rows = [[name, *(_share(part, name, "n_all") for part in figures)] for name in names]
    print_table(["", *(str(part["per_s"]) for part in figures)], rows)


def _collisions(figures: list[dict[str, Any]]) -> None:
    for part in figures:
        apart = f"{part['step_db']:g} dB apart" if part["step_db"] else "equal"
        print(f"\n{part['n_remotes']} remotes x {part['n_words']} words, {apart}, {part['trials']} trials")
        rows = [
            [name, *(_share(part, name, kind) for kind in ("n_all", "n_strongest", "n_wrong"))]
            for name in part["tallies"]
        ]
        print_table(["", "all heard", "strongest heard", "a wrong code"], rows)


def _share(part: dict[str, Any], name: str, kind: str) -> str:
    tally = part["tallies"][name]
    return f"{tally[kind] / tally['n_trials']:.2f}"


def _false_codes(figures: list[dict[str, Any]]) -> None:
    names = list(figures[0]["codes"])
    print("\ncodes of 24 bits + shorter and longer ones, when nobody presses")
    rows = [
        [name, *(f"{part['codes'][name]['24 bits']} + {part['codes'][name]['others']}" for part in figures)]
        for name in names
    ]
    print_table(["", *(f"{part['noise']}, {part['hours']:g} h" for part in figures)], rows)


def _captures(parts: list[dict[str, Any]]) -> None:
    [figures] = parts
    if not figures:
        print("no recordings: ../shared/captures is not beside this repository")
        return
    trains, iq = figures["trains"], figures["iq"]
    print(f"\n{trains['words']} trains with words, {trains['not words']} without")
    _print_scores(trains["scores"])
    print(f"\n{iq['files']} recordings of IQ")
    _print_scores(iq["scores"])


def _print_scores(scores: dict[str, dict[str, int]]) -> None:
    if scores:
        heads = list(next(iter(scores.values())))
        print_table(["", *heads], [[name, *score.values()] for name, score in scores.items()])


def _cost(parts: list[dict[str, Any]]) -> None:
    [figures] = parts
    print(
        f"\nCPU ms a second of air on this computer; the noise has {figures['rxb6 noise edges per s']} edges a second"
    )
    spent_by: dict[str, dict[str, float]] = figures["ms per s"]
    kinds = list(next(iter(spent_by.values())))
    print_table(["", *kinds], [[name, *spent.values()] for name, spent in spent_by.items()])


_PRINTERS: dict[str, Callable[[list[dict[str, Any]]], None]] = {
    "sensitivity": _sensitivity,
    "other-clocks": _sensitivity,
    "frames": _sensitivity,
    "impulses": _impulses,
    "collisions": _collisions,
    "false-codes": _false_codes,
    "captures": _captures,
    "cost": _cost,
}
