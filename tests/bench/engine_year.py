"""What a year leaves behind: a day of calls in virtual time, its rows once for each day of a year, and the crowd on top."""

from pathlib import Path

from centre_bench import SECOND, Centre
from centre_parts import T0, call_state, cleared
from databases import Database
from engine_crowd import STEPS, WARDS, house

CALLS_AN_HOUR, HOURS, DAYS = 18, 24, 365
DAY_MS = 86_400_000
TABLES = ("contacts", "offers", "events", "steps", "agent_times", "deliveries", "replies", "audit")
# How a row of each table that is kept for good becomes one of an earlier day; other columns stay as they are.
SHIFTS = {
    "contacts": {
        "contact_id": "contact_id || '-' || n",
        "call_id": "call_id || '-' || n",
        "opened_at_ms": "opened_at_ms - n * 86400000",
        "opened_steady_ms": "opened_steady_ms - n * 86400000",
        "accepted_steady_ms": "accepted_steady_ms - n * 86400000",
        "pressed_at_ms": "pressed_at_ms - n * 86400000",
        "closed_at_ms": "closed_at_ms - n * 86400000",
    },
    "offers": {
        "offer_id": "offer_id || '-' || n",
        "contact_id": "contact_id || '-' || n",
        "made_at_ms": "made_at_ms - n * 86400000",
    },
    "events": {
        "seq": "seq - n * (SELECT max(seq) FROM events)",
        "contact_id": "CASE contact_id WHEN '' THEN '' ELSE contact_id || '-' || n END",
        "at_ms": "at_ms - n * 86400000",
    },
    "agent_times": {"from_ms": "from_ms - n * 86400000", "until_ms": "until_ms - n * 86400000"},
    "steps": {"call_id": "call_id || '-' || n"},
}


def a_day(url: str) -> tuple[dict[str, float], list[int]]:
    """Work it: rows of each table for a contact, and the process's memory at each quarter of the day, KiB."""
    centre = Centre(url, house({**STEPS["one of the ward"], "after_s": 0}))
    centre.sign_in(*(f"w{ward:02}-00" for ward in range(WARDS)))
    pace_ms = 3_600_000 // CALLS_AN_HOUR
    n_calls, memory = CALLS_AN_HOUR * HOURS, []
    for number in range(n_calls):
        _one_call(centre, number)
        centre.wait(pace_ms - 90 * SECOND)
        if (number + 1) % (n_calls // 4) == 0:
            memory.append(resident_kib())
    centre.hand_over()
    database = Database(url)
    found = {name: int(database.rows(f"SELECT count(*) FROM {name}")[0][0]) / n_calls for name in TABLES}
    centre.store.close()
    return found, memory


def _one_call(centre: Centre, number: int) -> None:
    """Offered at once, accepted after 30 s, visited and resolved after a minute more, cleared at the bed."""
    ward = f"w{number % WARDS:02}"
    at_ms = centre.now.wall_ms
    times = dict.fromkeys(("placed_at_ms", "raised_at_ms", "last_press_at_ms"), at_ms)
    call = call_state(f"{ward}-day-{at_ms - T0}", "normal", ward, room=f"{number}", station_id=f"s-{number}", **times)
    contact = centre.escalate(call)
    centre.hand_over()
    (name,) = contact.offered_to
    centre.wait(30 * SECOND)
    assert centre.accept(name, contact.contact_id).ok
    centre.wait(30 * SECOND)
    assert centre.do("on_site", name, contact_id=contact.contact_id).ok
    centre.wait(30 * SECOND)
    assert centre.do("resolve", name, contact_id=contact.contact_id).ok
    centre.engine.follow(cleared(call, centre.now.wall_ms), centre.now)


def resident_kib() -> int:
    """Of this process."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1])


def a_year(url: str, days: int = DAYS) -> None:
    """The day's rows, once more for each day before it."""
    database = Database(url)
    for table, shifts in SHIFTS.items():
        names = [str(row[1]) for row in database.rows(f"PRAGMA table_info({table})")]
        unique = [name for name in names if not (table == "contacts" and name == "open_key")]
        values = ", ".join(shifts.get(name, name) for name in unique)
        where = {"contacts": "WHERE open_key IS NULL", "agent_times": "WHERE until_ms IS NOT NULL"}.get(table, "")
        database.execute(
            f"WITH RECURSIVE days(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM days WHERE n < {days - 1})"
            f" INSERT INTO {table} ({', '.join(unique)}) SELECT {values} FROM {table}, days {where}"
        )


def size_bytes(file: Path) -> int:
    """Of a database in a file, with its log."""
    log = file.with_name(file.name + "-wal")
    return sum(one.stat().st_size for one in (file, log) if one.exists())
