"""A million rows of `controls`, made up: exports, the report and a query over one office, with time and memory.

    python benchmarks/large.py [--rows 1000000] [--offices 50] [--forms csv,xlsx]

Each line is a process of its own. `cpu` is its processor time with that of its threads, `wall` the clock, `peak` the
most memory it held, `read` the bytes that it asked the system for (of a query: once its modules were there). Where the
tables are a folder, each office and year is a file of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OFFICE = "000007"

IMPORTS = {
    "pandas": "import pandas, pyarrow.parquet",
    "DuckDB": "import duckdb",
    "polars": "import polars",
    "read_table": "from pathlib import Path; from pipeline.tables.read import read_table",
}
QUERY = {
    "pandas": "pandas.read_parquet({path!r}, filters=[('publisher_code', '==', '{office}')])",
    "DuckDB": "duckdb.sql(\"SELECT * FROM '{path}' WHERE publisher_code = '{office}'\").fetchall()",
    "polars": "polars.scan_parquet({path!r}).filter(polars.col('publisher_code') == '{office}').collect()",
    "read_table": "read_table(Path({out!r}), 'controls', filters=[('publisher_code', '==', '{office}')])",
}
COUNTED = """
def read():
    return int(open("/proc/self/io").read().split()[1])
before = 0
"""


@dataclass(frozen=True)
class Measured:
    """One process: seconds, bytes held at most, bytes read, and what it wrote or found."""

    what: str
    cpu: float
    wall: float
    peak: int
    read: int
    gave: str


def measured(what: str, program: str, gave: str = "") -> Measured:
    """Run a program text in a process of its own; its last line is what it gave, unless that is told."""
    tail = (
        "\nimport resource as r, json; u = r.getrusage(r.RUSAGE_SELF)"
        "\nprint(json.dumps([u.ru_utime + u.ru_stime, u.ru_maxrss * 1024, read() - before]))"
    )
    start = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", COUNTED + program + tail],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"},
        capture_output=True,
        text=True,
        check=False,
    )
    wall = time.monotonic() - start
    if done.returncode:
        sys.exit(f"{what}: {done.stderr}")
    *said, numbers = done.stdout.splitlines()
    cpu, peak, read = json.loads(numbers)
    result = Measured(what, cpu, wall, peak, read, gave or (said[-1] if said else ""))
    line = f"{cpu:8.1f} s cpu {wall:8.1f} s wall {peak / 2**20:8.0f} MB peak {read / 2**20:8.1f} MB read"
    print(f"{what:34} {line}  {result.gave}", flush=True)
    return result


def size_of(path: Path) -> int:
    return (
        sum(file.stat().st_size for file in path.rglob("*") if file.is_file()) if path.is_dir() else path.stat().st_size
    )


def measure(out: Path, rows: int, offices: int, forms: list[str]) -> list[Measured]:
    """All of it, in a folder that may be thrown away."""
    command = "from pipeline.command_line.cli import main; main({arguments!r})"
    path = out / "tables" / "controls.parquet"
    make = (
        "from made_tables import make_tables; from pathlib import Path; make_tables(Path({out!r}), {rows}, {offices})"
    )
    found = [measured("make the tables", make.format(out=str(out), rows=rows, offices=offices))]
    # What the machine itself costs, to be taken off in the mind.
    found.append(measured("(import pandas)", "import pandas, pyarrow.parquet"))
    for shape in ("file", "folder"):
        if shape == "folder":
            arguments = ["tables", "compact", "--partition-rows", "100000", "--out", str(out)]
            found.append(measured("compact into folders", command.format(arguments=arguments)))
        files = len(list(path.rglob("*.parquet"))) if path.is_dir() else 1
        print(f"-- controls as a {shape}: {files} files, {size_of(path) / 2**20:.0f} MB")
        asked = [
            ("every row", "pandas", "pandas.read_parquet({path!r})"),
            *(("one office", *one) for one in QUERY.items()),
        ]
        for what, by, text in asked:
            query = text.format(path=str(path), out=str(out), office=OFFICE)
            program = f"{IMPORTS[by]}\nbefore = read()\nt = {query}\nprint(len(t), 'rows')"
            found.append(measured(f"{shape}: {by}, {what}", program))
    arguments = ["tables", "compact", "--out", str(out)]
    found.append(measured("compact into files", command.format(arguments=arguments)))
    arguments = ["report", "--out", str(out)]
    found.append(measured("report", command.format(arguments=arguments)))
    for form in forms:
        arguments = ["export", "--to", form, "--out", str(out)]
        found.append(measured(f"export --to {form}", command.format(arguments=arguments)))
        written = next(iter((out / "export").iterdir()))
        print(f"   {written.name}: {size_of(written) / 2**20:.0f} MB")
        subprocess.run(["rm", "-r", written], check=True)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--offices", type=int, default=50)
    parser.add_argument("--forms", default="csv,sqlite,duckdb,xlsx", help="what to export to; a workbook takes minutes")
    parser.add_argument("--out", type=Path, help="a folder to work in, left as it ends; else one that goes away")
    parser.add_argument("--json", type=Path, help="where the figures go")
    options = parser.parse_args()
    print(f"{options.rows} rows of controls, {options.offices} offices, Python {sys.version.split()[0]}")
    with tempfile.TemporaryDirectory() as folder:
        out = (options.out or Path(folder)).resolve()
        found = measure(out, options.rows, options.offices, options.forms.split(","))
    if options.json:
        options.json.write_text(json.dumps([asdict(one) for one in found], indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
