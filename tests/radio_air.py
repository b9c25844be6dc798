"""Recordings that tests make: a pulse train through the air into a `.cu8` file."""

from pathlib import Path

import numpy as np

from wardbell_simulator.radio.synth import CARRIER_OF_FULL_SCALE, Air, Transmission, mark_first, synthesize, write_cu8


def record(
    path: Path,
    pulses: list[int],
    *,
    snr_db: float = 22.0,
    carrier: float = CARRIER_OF_FULL_SCALE,
    offset_hz: float = 20_000.0,
    impulses_per_s: float = 0.0,
    rate_hz: int = 250_000,
    seed: int = 0,
) -> None:
    """Write `pulses` (+ on, - off) at `snr_db` in 250 kHz, their carrier at `carrier` of full scale."""
    lead_us, durations_us = mark_first(pulses)
    sent = [Transmission(durations_us, start_us=lead_us, offset_hz=offset_hz)] if durations_us else []
    source = np.random.default_rng(seed)
    iq = synthesize(sent, Air(snr_db, impulses_per_s=impulses_per_s), sum(map(abs, pulses)), source, rate_hz)
    write_cu8(path, iq, snr_db, carrier)
