"""What taking a press costs the gateway, beside one bare durable commit of SQLite in the same run."""

import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from figures import print_table, write_figures

from wardbell_gateway.clock import read_clock
from wardbell_gateway.journal import Journal, Mark
from wardbell_gateway.registry import check_tables
from wardbell_gateway.ward import Ward
from wardbell_protocol.air.codeword import CodeWord
from wardbell_protocol.calls.signals import DATA_BY_SIGNAL

N = 1000
N_BEDS = 16


def measure(act: Callable[[int], object]) -> list[float]:
    """Milliseconds of each call."""
    times = []
    for number in range(N):
        began_s = time.perf_counter()
        act(number)
        times.append((time.perf_counter() - began_s) * 1000)
    return times


def presses(path: Path) -> list[float]:
    """Presses of 16 beds, taken by the ward: mark, event and two publications in one transaction."""
    now = read_clock()
    addresses = [f"{bed:08b}" for bed in range(N_BEDS)]
    stations = {
        str(bed): {"station_id": f"bed{bed}", "room": str(bed), "address": address}
        for bed, address in enumerate(addresses)
    }
    journal = Journal(path, now.unix_ms)
    ward = Ward(check_tables("", {"ward": {"1": {"ward": "east"}}, "stations": stations}), journal, now)
    codes = [CodeWord.from_parts(address, DATA_BY_SIGNAL["normal"]).code for address in addresses]
    times = measure(lambda n: ward.hear(Mark("receiver", "e", n, codes[n % N_BEDS], now.unix_ms + n), now))
    journal.close()
    return times


def bare_commits(path: Path) -> list[float]:
    """One row a transaction, as durable."""
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("CREATE TABLE rows (row TEXT)")
    times = measure(lambda _n: db.execute("INSERT INTO rows VALUES (?)", ("x" * 500,)))
    db.close()
    return times


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        measured = {
            "a press taken": presses(Path(folder) / "gateway.db"),
            "a bare commit": bare_commits(Path(folder) / "bare.db"),
        }
    rows = [
        (what, f"{statistics.median(times):.2f}", f"{statistics.quantiles(times, n=100)[98]:.2f}")
        for what, times in measured.items()
    ]
    print_table(("", "p50 ms", "p99 ms"), rows)
    ratio = statistics.median(measured["a press taken"]) / statistics.median(measured["a bare commit"])
    print(f"a press costs {ratio:.1f} bare commits")
    figures: dict[str, object] = {what: {"p50_ms": p50, "p99_ms": p99} for what, p50, p99 in rows}
    write_figures("gateway_commit", {**figures, "ratio": round(ratio, 2), "n": N})


if __name__ == "__main__":
    main()
