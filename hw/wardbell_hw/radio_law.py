"""What the law lets a 433 or 315 MHz node send, by region.

Not legal advice: each rule names its text. `was_read` tells whether the text itself was read for this project; the rest is
from memory or from tables of others, and wants checking before anybody sells anything.
"""

import math
from dataclasses import dataclass

from wardbell_hw.link_budget import DIPOLE_DBI


@dataclass(frozen=True)
class Rule:
    """One band in one region; `share` is the greatest part of an hour on the air (None: not limited that way)."""

    region: str
    band_mhz: str
    eirp_dbm: float
    share: float | None
    text: str
    was_read: bool
    remark: str = ""


def erp_dbm(milliwatt: float) -> float:
    """Radiated power against a dipole, as EIRP in dBm."""
    return 10 * math.log10(milliwatt) + DIPOLE_DBI


def field_dbm(microvolt_per_m: float, distance_m: float = 3.0) -> float:
    """EIRP that makes that field in free space: E = sqrt(30 P) / d."""
    watt = (microvolt_per_m * 1e-6 * distance_m) ** 2 / 30
    return 10 * math.log10(watt * 1e3)


def fcc_field_uv_m(mhz: float) -> float:
    """47 CFR 15.231(b), 260 to 470 MHz: 3,750 to 12,500 µV/m at 3 m, linear between, averaged over 100 ms of the train."""
    return 3750 + (mhz - 260) * (12500 - 3750) / (470 - 260)


def peak_allowance_db(duty: float) -> float:
    """By how much the peak may exceed an averaged limit, for a carrier on for that share of the train; 20 dB at most."""
    return min(20.0, -20 * math.log10(duty))


KEYED_SHARE = 0.5  # a Manchester frame's carrier is on for half of its time

RULES = (
    Rule(
        "EU",
        "433.05-434.79",
        erp_dbm(10),
        0.10,
        "ERC/REC 70-03 annex 1 band f",
        True,
        "10 mW e.r.p.; standard EN 300 220-2; the duty was not re-read",
    ),
    Rule(
        "US",
        "433.92",
        field_dbm(fcc_field_uv_m(433.92)) + peak_allowance_db(KEYED_SHARE),
        None,
        "47 CFR 15.231(a), (b)",
        False,
        "a press ends within 5 s; heartbeats 2 s an hour in all; an FS1000A is too strong: "
        "about 12 dB of attenuation, and a laboratory's measurement",
    ),
    Rule(
        "US",
        "315",
        field_dbm(fcc_field_uv_m(315.0)) + peak_allowance_db(KEYED_SHARE),
        None,
        "47 CFR 15.231(a), (b)",
        False,
        "as above; below most television channels and quieter",
    ),
    Rule(
        "China",
        "433.00-434.79",
        erp_dbm(10),
        None,
        "MIIT notice 52 of 2019",
        True,
        "10 mW e.r.p. from one public table; no added amplifier or aerial",
    ),
    Rule(
        "China",
        "314-316",
        erp_dbm(10),
        None,
        "MIIT notice 52 of 2019",
        False,
        "10 mW e.r.p., bandwidth 400 kHz: check the catalogue",
    ),
)


def sends_an_hour(share: float, send_ms: float) -> int:
    """How many sendings of that length fit into an hour."""
    return int(3600e3 * share / send_ms)
