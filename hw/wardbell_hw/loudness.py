"""How loud a sounder is at a distance, in dBA: free field, no wall helps and no door hinders.

The requirement: 60 dBA at 1 m for calls, 50 dBA for faults (UL 2560, from a summary of it).
"""

import math

CALL_DBA, FAULT_DBA = 60.0, 50.0
# The loudspeaker K 50 WP, 8 ohm: level of 1 W at 1 m, as remembered from its data sheet; look at that of the part bought.
SPEAKER_DB_1W_1M = 82.0
SPEAKER_OHM = 8.0
SUPPLY_V = 5.0
# The piezo PS1240, as remembered: at 0.1 m, driven with 5 V at 4 kHz, at least; off its resonance less (assumed).
PIEZO_DB_100MM = 70.0
PIEZO_V = 5.0
OFF_RESONANCE_DB = -12.0


def a_weighting_db(hz: float) -> float:
    """The ear's weight of a frequency: IEC 61672-1, curve A; 0 dB at 1 kHz."""
    square = hz * hz
    weight = (12194**2 * square**2) / (
        (square + 20.6**2) * math.sqrt((square + 107.7**2) * (square + 737.9**2)) * (square + 12194**2)
    )
    return 20 * math.log10(weight) + 2.0


def at_distance_db(db: float, known_at_m: float, distance_m: float) -> float:
    """A small source loses 6 dB with each doubling of the distance."""
    return db - 20 * math.log10(distance_m / known_at_m)


def fundamental_w(supply_v: float, series_ohm: float, speaker_ohm: float) -> float:
    """Power of a switched square wave's fundamental in a loudspeaker behind a resistor."""
    current_a = supply_v / (series_ohm + speaker_ohm)
    return 2 * (current_a / math.pi) ** 2 * speaker_ohm


def speaker_dba(hz: float, distance_m: float, series_ohm: float) -> float:
    """The receiver's sounder; harmonics, which only add, left out."""
    watt = fundamental_w(SUPPLY_V, series_ohm, SPEAKER_OHM)
    return at_distance_db(SPEAKER_DB_1W_1M + 10 * math.log10(watt), 1.0, distance_m) + a_weighting_db(hz)


def piezo_dba(hz: float, distance_m: float, drive_v: float) -> float:
    """The bed node's chirp, at its resonance or off it."""
    off = 0.0 if abs(hz - 4000) < 400 else OFF_RESONANCE_DB
    return (
        at_distance_db(PIEZO_DB_100MM + 20 * math.log10(drive_v / PIEZO_V), 0.1, distance_m) + off + a_weighting_db(hz)
    )
