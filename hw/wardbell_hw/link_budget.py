"""Whether a press at one place is heard at another: power, aerials, building and receiver, in dB.

Levels in dBm, gains in dBi, distances in m, frequencies in MHz. What a house does to a wave is known on average only, hence
the spread; the survey (hw/GUIDE.md) decides, not this page.
"""

import math
from dataclasses import dataclass

# ITU-R P.1238 for offices at 900 MHz, the lowest frequency that its tables have: distance loss coefficient, loss of floors,
# spread. Houses of care have as many walls as offices and more beds than open space.
DISTANCE_COEFFICIENT = 33.0
FLOOR_LOSS_DB = {0: 0.0, 1: 9.0, 2: 19.0, 3: 24.0}
SPREAD_DB = 8.0

THERMAL_NOISE_DBM_HZ = -174.0
BANDWIDTH_HZ = 250e3  # in which `make bench-radio` states its signal to noise ratios
NOISE_FIGURE_DB = 8.0  # a superheterodyne module's, assumed
NEEDED_SNR_DB = 1.9  # README.md: 99 % of presses of four words through an RXB6-like slicer
MAN_MADE_NOISE_DB = (
    10.0  # lamps, chargers and lifts above the thermal noise indoors, assumed; ITU-R P.372 has 0 to 3 outdoors
)

WIRE_AERIAL_DBI = -3.0  # a quarter-wave wire without a plane under it, assumed; 5.2 dBi with an endless one
MODULE_DBM_AT_5V = 10.0  # FS1000A class, as sold; no maker's curve was found
DIPOLE_DBI = 2.15


@dataclass(frozen=True)
class Path:
    """One way through the house."""

    name: str
    distance_m: float
    floors: int = 0


def module_dbm(supply_v: float) -> float:
    """A saturated transmitter's power grows with the square of its supply."""
    return MODULE_DBM_AT_5V + 20 * math.log10(supply_v / 5.0)


def free_space_db(distance_m: float, mhz: float) -> float:
    """Loss with nothing in between."""
    return 20 * math.log10(mhz) + 20 * math.log10(distance_m) - 27.55


def indoor_db(path: Path, mhz: float) -> float:
    """Mean loss of a path in a building: ITU-R P.1238, site-general; not less than free space."""
    loss = 20 * math.log10(mhz) + DISTANCE_COEFFICIENT * math.log10(path.distance_m) - 28 + FLOOR_LOSS_DB[path.floors]
    return max(loss, free_space_db(path.distance_m, mhz))


def sensitivity_dbm(needed_snr_db: float = NEEDED_SNR_DB) -> float:
    """The level at which 99 % of presses are heard, man-made noise included."""
    return THERMAL_NOISE_DBM_HZ + 10 * math.log10(BANDWIDTH_HZ) + NOISE_FIGURE_DB + MAN_MADE_NOISE_DB + needed_snr_db


def margin_db(eirp_dbm: float, path: Path, mhz: float) -> float:
    """What is left at the receiver above `sensitivity_dbm`, on average over places at that distance."""
    return eirp_dbm - indoor_db(path, mhz) + WIRE_AERIAL_DBI - sensitivity_dbm()


def share_of_places(margin: float) -> float:
    """Of all places at that distance, how many hear: the spread is normal in dB."""
    return 0.5 * (1 + math.erf(margin / SPREAD_DB / math.sqrt(2)))


def reach_m(eirp_dbm: float, mhz: float, share: float = 0.99) -> float:
    """The distance on one floor at which that share of places still hears, to 0.1 m."""
    distance_m = 1.0
    while share_of_places(margin_db(eirp_dbm, Path("", distance_m + 0.1), mhz)) >= share:
        distance_m += 0.1
    return distance_m


def quarter_wave_mm(mhz: float, shortening: float = 1.0) -> float:
    """A quarter of the wavelength; a thin wire resonates when it is some 5 % shorter (`shortening` 0.95)."""
    return 299792.458 / mhz / 4 * shortening
