"""The calculators' figures as one page: `hw/FIGURES.md`."""

from collections.abc import Iterator

from wardbell_hw import electrical as el
from wardbell_hw import loudness as lo
from wardbell_hw.battery_life import CELLS, RECEIVER_MW, Node, backup_hours, daily_mah, life_days, sleep_ua
from wardbell_hw.circuits import bedside, bedside_c3, display, receiver
from wardbell_hw.circuits.pieces import KEY_OHM
from wardbell_hw.link_budget import (
    DISTANCE_COEFFICIENT,
    MAN_MADE_NOISE_DB,
    SPREAD_DB,
    WIRE_AERIAL_DBI,
    Path,
    margin_db,
    module_dbm,
    quarter_wave_mm,
    reach_m,
    sensitivity_dbm,
    share_of_places,
)
from wardbell_hw.radio_law import RULES, Rule, sends_an_hour
from wardbell_protocol.air.frame import FRAME_US

MHZ = 433.92
FRAME_MS = FRAME_US / 1e3
WORD_MS = 59.4  # a PT2262 word at its usual clock

PATHS = (
    Path("30 m, same floor", 30.0),
    Path("30 m, one floor between", 30.0, 1),
    Path("15 m, two floors between", 15.0, 2),
    Path("60 m, same floor", 60.0),
)

NODES = (
    Node("Pico, one-way, no loops, LR20", "pico", "LR20", 2700, 0, bedside.LOOP_OHM, bedside.SENSE_OHM),
    Node("Pico, one-way, cord and handset, LR20", "pico", "LR20", 2700, 2, bedside.LOOP_OHM, bedside.SENSE_OHM),
    Node("Pico, one-way, handset only, LR20", "pico", "LR20", 2700, 1, bedside.LOOP_OHM, bedside.SENSE_OHM),
    Node(
        "Pico, two-way, cord and handset, LR20",
        "pico",
        "LR20",
        2700,
        2,
        bedside.LOOP_OHM,
        bedside.SENSE_OHM,
        has_ear=True,
    ),
    Node("Pico, one-way, cord and handset, LR6", "pico", "LR6", 2700, 2, bedside.LOOP_OHM, bedside.SENSE_OHM),
    Node("ESP32-C3, no loops, LR20", "esp32c3", "LR20", 3200, 0, bedside_c3.LOOP_OHM, bedside_c3.SENSE_OHM),
    Node("ESP32-C3, cord and handset, LR20", "esp32c3", "LR20", 3200, 2, bedside_c3.LOOP_OHM, bedside_c3.SENSE_OHM),
    Node("ESP32-C3, no loops, LR6", "esp32c3", "LR6", 3200, 0, bedside_c3.LOOP_OHM, bedside_c3.SENSE_OHM),
    Node("ESP32-C3, cord and handset, LR6", "esp32c3", "LR6", 3200, 2, bedside_c3.LOOP_OHM, bedside_c3.SENSE_OHM),
)


def figures() -> str:
    """The page."""
    return "\n".join(["# Figures", "", *_about(), *_values(), *_link(), *_law(), *_life(), *_sound()])


def _about() -> Iterator[str]:
    yield "Computed by `hw/wardbell_hw/` (`make hardware`); sources and assumptions stand in each module. Nothing here was measured on hardware."
    yield ""


def _table(head: str, rows: list[str]) -> Iterator[str]:
    yield head
    yield "|" + "---|" * (head.count("|") - 1)
    yield from rows
    yield ""


def eirp_dbm(supply_v: float) -> float:
    """What a node radiates: its module at that supply, through a bare wire."""
    return module_dbm(supply_v) + WIRE_AERIAL_DBI


def _values() -> Iterator[str]:
    lamp_ma = [el.current_ma(el.LOGIC_V, drop_v, bedside.LAMP_OHM) for drop_v in (2.0, 2.2)]
    sense_v = el.divided_v(5.25, receiver.SENSE_UPPER_OHM, receiver.SENSE_LOWER_OHM)
    sounder_ma = el.current_ma(lo.SUPPLY_V, 0, receiver.SOUNDER_OHM + lo.SPEAKER_OHM)
    yield "## Values of parts"
    yield ""
    yield from _table(
        "| what | figure | limit |",
        [
            f"| lamp, red and green, {bedside.LAMP_OHM:.0f} ohm | {lamp_ma[0]:.1f} and {lamp_ma[1]:.1f} mA | {el.PIN_START_MA:.0f} mA, a pin as it starts |",
            f"| key pressed, {KEY_OHM / 1e3:.1f} kohm | {el.wetting_ma(KEY_OHM):.2f} mA | 1 mA keeps silver clean |",
            f"| loop, Pico, {bedside.LOOP_OHM / 1e3:.0f} kohm | {el.wetting_ma(bedside.LOOP_OHM):.2f} mA | 0.1 mA for gold |",
            f"| loop, ESP32-C3, {bedside_c3.LOOP_OHM / 1e3:.0f} kohm | {el.wetting_ma(bedside_c3.LOOP_OHM):.2f} mA | reed contacts, or gold rated for dry circuits |",
            f"| loop, Pico: its resistance may be up to | {el.longest_loop_ohm(bedside.LOOP_OHM) / 1e3:.1f} kohm | cable and contacts: a few ohm |",
            f"| key's filter, 1 kohm and 100 nF: 99 % after | {el.settling_ms(1e3, 100e-9):.2f} ms | a press of 50 ms counts |",
            f"| mains, 5.25 V divided | {sense_v:.2f} V | 2.48 to 3.6 V |",
            f"| battery of 4.8 V divided | {el.divided_v(4.8, bedside.SENSE_OHM, bedside.SENSE_OHM):.2f} V | 3.3 V (Pico), 2.5 V (ESP32-C3) |",
            (
                f"| battery divider, Pico: drain, error at 100 nA | {el.divider_drain_ua(4.8, bedside.SENSE_OHM, bedside.SENSE_OHM):.0f} uA, "
                f"{el.divider_error_mv(bedside.SENSE_OHM, bedside.SENSE_OHM, 100):.0f} mV | 3 % of 3 V: 90 mV |"
            ),
            (
                f"| battery divider, ESP32-C3: drain, error at 50 nA | {el.divider_drain_ua(4.8, bedside_c3.SENSE_OHM, bedside_c3.SENSE_OHM):.0f} uA, "
                f"{el.divider_error_mv(bedside_c3.SENSE_OHM, bedside_c3.SENSE_OHM, 50):.0f} mV | 90 mV |"
            ),
            f"| battery divider: 99 % of a sag seen after | {el.settling_ms(bedside.SENSE_OHM / 2, bedside.SENSE_FARAD):.1f} ms (Pico), {el.settling_ms(bedside_c3.SENSE_OHM / 2, bedside_c3.SENSE_FARAD):.1f} ms (ESP32-C3) | 3 ms: the firmware samples so long |",
            f"| RXB6 at 5 V divided | {el.divided_v(5.0, 10e3, 15e3):.2f} V | 2.48 to 3.6 V |",
            (
                f"| sounder, {receiver.SOUNDER_OHM:.0f} ohm: peak, heat in the resistor | {sounder_ma:.0f} mA, "
                f"{el.dissipated_w(sounder_ma, receiver.SOUNDER_OHM, 0.5):.2f} W | 0.5 W part |"
            ),
            f"| display's light, {display.BACKLIGHT_OHM:.0f} ohm | {el.current_ma(5.0, 3.1, display.BACKLIGHT_OHM):.0f} mA | 20 mA |",
        ],
    )


def _link() -> Iterator[str]:
    yield "## Radio"
    yield ""
    yield (
        f"Mean loss by ITU-R P.1238 (office, coefficient {DISTANCE_COEFFICIENT:.0f}), spread {SPREAD_DB:.0f} dB, wire aerials of {WIRE_AERIAL_DBI:.0f} dBi at both ends, "
        f"{MAN_MADE_NOISE_DB:.0f} dB of man-made noise; the receiver hears 99 % of presses at {sensitivity_dbm():.0f} dBm. A module of 10 dBm at 5 V. "
        "Margin in dB, and the share of places at that distance that hear:"
    )
    yield ""
    columns = [("3.3 V", eirp_dbm(3.3)), ("5 V", eirp_dbm(5.0)), ("US limit", min(eirp_dbm(5.0), _us().eirp_dbm))]
    head = "| path |" + "".join(f" {name}, {level:.1f} dBm EIRP |" for name, level in columns)
    rows = [
        f"| {path.name} |"
        + "".join(f" {(m := margin_db(level, path, MHZ)):.1f} dB, {share_of_places(m):.1%} |" for _, level in columns)
        for path in PATHS
    ]
    rows.append("| reach for 99 % of places |" + "".join(f" {reach_m(level, MHZ):.0f} m |" for _, level in columns))
    yield from _table(head, rows)
    yield "Quarter-wave aerials: cut to the first length, then to the second if the survey's margin grows by it."
    yield ""
    lengths = [
        f"| {mhz} MHz | {quarter_wave_mm(mhz):.0f} mm | {quarter_wave_mm(mhz, 0.95):.0f} mm |"
        for mhz in (433.92, 315.0)
    ]
    yield from _table("| frequency | quarter of a wave | thin wire in resonance |", lengths)


def _us() -> Rule:
    return next(rule for rule in RULES if rule.region == "US" and rule.band_mhz == "433.92")


def _law() -> Iterator[str]:
    yield "## Law"
    yield ""
    yield "No legal advice. *Read*: the text itself was read for this project; else check it first."
    yield ""
    rows = [
        f"| {rule.region} | {rule.band_mhz} MHz | {rule.eirp_dbm:.1f} dBm EIRP | {f'{rule.share:.0%}' if rule.share else 'see remark'} |"
        f" {rule.text}{' (read)' if rule.was_read else ''} | {rule.remark} |"
        for rule in RULES
    ]
    yield from _table("| region | band | power | time on air | text | remark |", rows)
    yield (
        f"A tenth of an hour holds {sends_an_hour(0.1, FRAME_MS)} frames of {FRAME_MS:.0f} ms or {sends_an_hour(0.1, WORD_MS)} words of {WORD_MS} ms; two seconds hold "
        f"{sends_an_hour(2 / 3600, FRAME_MS)} frames. What a node sends at most: `firmware/wardbell_firmware/bedside/schedule.py`."
    )
    yield ""


def _life() -> Iterator[str]:
    yield "## Cells"
    yield ""
    yield f"{CELLS} alkaline cells, an ordinary day (288 heartbeats, ten presses, ten minutes of lamp; two-way: an hour of open calls, lamp and ear on). A node on LR20 wants `cell_mah` 10000 in its settings."
    yield ""
    rows = [
        f"| {node.name} | {sleep_ua(node)} | {daily_mah(node):.0f} mAh | {life_days(node):.0f} days |" for node in NODES
    ]
    yield from _table("| node | asleep, uA | a day | cells last |", rows)
    yield f"The receiver on its cells takes {sum(RECEIVER_MW.values()):.0f} mW while a call sounds: {backup_hours('LR20'):.0f} h from LR20, {backup_hours('LR6'):.0f} h from LR6 (wanted: 1 h, better 24 h)."
    yield ""


def _sound() -> Iterator[str]:
    yield "## Sound"
    yield ""
    yield f"Wanted: {lo.CALL_DBA:.0f} dBA at 1 m for calls, {lo.FAULT_DBA:.0f} dBA for faults."
    yield ""
    rows = [
        f"| receiver, {hz} Hz | {lo.speaker_dba(hz, 1.0, receiver.SOUNDER_OHM):.0f} dBA | {lo.speaker_dba(hz, 3.0, receiver.SOUNDER_OHM):.0f} dBA |"
        for hz in (700, 1400, 2600)
    ]
    rows.append(
        f"| bed node's chirp, 2000 Hz | {lo.piezo_dba(2000, 1.0, 3.3):.0f} dBA | {lo.piezo_dba(2000, 3.0, 3.3):.0f} dBA |"
    )
    yield from _table("| sounder | at 1 m | at 3 m |", rows)
