"""Real recordings (IQ) through `wardbell decode` and through Debian's rtl_433, in one run: right codes, wrong codes, CPU time."""

import json
import resource
import shutil
import subprocess
import sys
from pathlib import Path

from figures import CAPTURES, print_table, write_figures

ROUNDS = 3


def expected_codes() -> dict[str, str]:
    """Code of each recording by its id."""
    rows = (json.loads(line) for line in (CAPTURES / "words.jsonl").read_text().splitlines())
    return {row["id"]: row["expect_code"].upper() for row in rows}


def wardbell(path: Path) -> set[str]:
    """Codes that Wardbell takes for presses."""
    program = Path(sys.executable).with_name("wardbell")
    out = subprocess.run([program, "decode", path], capture_output=True, text=True, check=True).stdout
    return {press["code"] for line in out.splitlines() for press in json.loads(line)["presses"]}


def rtl_433(path: Path) -> set[str]:
    """Codes that rtl_433 reports (decoder 30, generic remote): `id` is the first 16 bits, `cmd` the last 8."""
    command = ["rtl_433", "-r", f"cu8:250k:{path}", "-R", "30", "-F", "json"]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rows = [json.loads(line) for line in out.splitlines() if line.startswith("{")]
    return {f"{row['id']:04X}{row['cmd']:02X}" for row in rows}


def main() -> None:
    """Print the comparison."""
    files = sorted((CAPTURES / "iq").glob("*.cu8")) if CAPTURES.is_dir() else []
    if not files:
        sys.exit("bench_decode: no recordings: ../shared/captures is not beside this repository")
    expected = expected_codes()
    decoders = {"wardbell decode": wardbell}
    if shutil.which("rtl_433"):
        decoders["rtl_433 -R 30"] = rtl_433
    rows = []
    for name, decoder in decoders.items():
        right = wrong = 0
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        for _ in range(ROUNDS):
            found = {path: decoder(path) for path in files}
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        for path, codes in found.items():
            code = expected[path.name.split("_")[0]]
            right += codes == {code}
            wrong += bool(codes - {code})
        cpu_s = (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / ROUNDS
        rows.append([name, f"{right}/{len(files)}", wrong, f"{cpu_s:.2f}"])
    print_table(["decoder", "exactly the code", "other codes too", "CPU s for all"], rows)
    write_figures("decode", {"recordings": len(files), "rows": rows})


if __name__ == "__main__":
    main()
