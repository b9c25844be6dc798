"""The figures as one picture, SVG: sensitivity, impulses and collisions."""

import math
from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape

from wardbell_simulator.radio.theory import soft_combined

DRAWN = ("sensitivity", "impulses", "collisions")
"""Sections it needs."""

_WIDTH, _HEIGHT = 980, 760
_COLOURS = {  # Okabe and Ito's, told apart by nearly every eye
    "bound: words combined": "#999999",
    "wardbell-iq": "#0072b2",
    "wardbell, rxb6": "#d55e00",
    "wardbell, logpeak": "#e69f00",
    "rtl_433, best setting": "#009e73",
    "rtl_433": "#56b4e9",
    "rpi-rf, rxb6": "#000000",
    "rpi-rf, logpeak": "#cc79a7",
}
_LOWEST_DB, _HIGHEST_DB = -28, 14


def draw(figures: dict[str, Any]) -> str:
    """The picture."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif">',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>',
        *_legend(),
    ]
    for column, n_words in enumerate((4, 16)):
        part = next(one for one in figures["sensitivity"] if one["t_us"] == 430 and one["words"] == n_words)
        parts += _curves(part, 60 + 480 * column, 90)
    impulses = [(f"{one['per_s']}/s", _shares(one)) for one in figures["impulses"]]
    parts += _bars("4-word presses heard among impulses of 60 µs, 10 dB above the carrier", impulses, 60, 460)
    overlaps = [
        (f"{one['n_words']} words, " + (f"{one['step_db']:g} dB" if one["step_db"] else "equal"), _shares(one))
        for one in figures["collisions"]
        if one["n_remotes"] == 2
    ]
    parts += _bars("Two overlapping presses, both heard", overlaps, 540, 460)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _shares(one: dict[str, Any]) -> dict[str, float]:
    return {name: tally["n_all"] / tally["n_trials"] for name, tally in one["tallies"].items()}


def _legend() -> list[str]:
    parts = [_text(60, 26, "Presses heard, by receiver", size=16)]
    for nth, (name, colour) in enumerate(_COLOURS.items()):
        x, y = 60 + 230 * (nth % 4), 44 + 18 * (nth // 4)
        parts += [f'<rect x="{x}" y="{y}" width="16" height="10" fill="{colour}"/>', _text(x + 22, y + 10, name)]
    return parts


def _curves(part: dict[str, Any], left: float, top: float) -> list[str]:
    width, height = 400.0, 290.0
    top += 24

    def place(snr_db: float, share: float) -> str:
        x = left + width * (snr_db - _LOWEST_DB) / (_HIGHEST_DB - _LOWEST_DB)
        return f"{x:.1f},{top + height * (1 - share):.1f}"

    parts = [
        _text(left, top - 10, f"P of a press of {part['words']} words, T = {part['t_us']:g} µs, by SNR in 250 kHz (dB)")
    ]
    for snr_db in range(_LOWEST_DB + 4, _HIGHEST_DB + 1, 6):
        x, bottom = place(snr_db, 0).split(",")
        parts += [
            _line(x, bottom, x, f"{top:.1f}"),
            _text(float(x), top + height + 16, f"{snr_db:+d}" if snr_db else "0", anchor="middle"),
        ]
    parts += _shares_axis(left, top, width, height)
    steps_db = [step / 2 for step in range(2 * _LOWEST_DB, -16)]
    bound = [(snr_db, soft_combined(snr_db, part["t_us"], part["words"])) for snr_db in steps_db]
    curves = {"bound: words combined": bound}
    for name, points in part["curves"].items():
        curves[name] = [(point["snr_db"], point["n_right"] / point["n_trials"]) for point in points]
    for name, curve in curves.items():
        if name in _COLOURS:
            places = " ".join(place(*point) for point in curve if _LOWEST_DB <= point[0] <= _HIGHEST_DB)
            dash = ' stroke-dasharray="5 4"' if name.startswith("bound") else ""
            parts.append(
                f'<polyline points="{places}" fill="none" stroke="{_COLOURS[name]}" stroke-width="2.2"{dash}/>'
            )
    return parts


def _bars(title: str, groups: Sequence[tuple[str, dict[str, float]]], left: float, top: float) -> list[str]:
    width, height = 400.0, 220.0
    top += 24
    parts = [_text(left, top - 10, title), *_shares_axis(left, top, width, height)]
    names = [name for name in _COLOURS if any(name in shares for _, shares in groups)]
    step = width / len(groups)
    bar = step * 0.84 / max(1, len(names))
    for nth, (label, shares) in enumerate(groups):
        for place, name in enumerate(names):
            share = shares.get(name, math.nan)
            if not math.isnan(share):
                x = left + step * (nth + 0.08) + bar * place
                high = max(1.0, height * share)  # a share of nothing is seen too
                parts.append(
                    f'<rect x="{x:.1f}" y="{top + height - high:.1f}" width="{bar * 0.9:.1f}" height="{high:.1f}" '
                    f'fill="{_COLOURS[name]}"/>'
                )
        parts.append(_text(left + step * (nth + 0.5), top + height + 16, label, anchor="middle"))
    return parts


def _shares_axis(left: float, top: float, width: float, height: float) -> list[str]:
    parts = []
    for share in (0.0, 0.5, 0.9, 1.0):
        y = f"{top + height * (1 - share):.1f}"
        parts += [_line(str(left), y, str(left + width), y), _text(left - 8, float(y) + 4, f"{share:g}", anchor="end")]
    return parts


def _line(x1: str, y1: str, x2: str, y2: str) -> str:
    return f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="#dddddd"/>'


def _text(x: float, y: float, text: str, *, size: int = 12, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}">{escape(text)}</text>'
