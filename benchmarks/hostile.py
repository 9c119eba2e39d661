"""What comes of files broken or made to harm: each outcome, its seconds, and the counts by outcome.

    python -m benchmarks.hostile [--flips 150] [--mutants 0] [--workers 2] [--real FOLDER] [--only WORDS] [--slow 5]

Every file must end in an outcome that is right for it, within the limits. Exits with 1 if one does not.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from hostile.every import every, of_papers  # noqa: E402
from hostile.making import ANY, TELLING, Hostile  # noqa: E402

from pipeline.batch.limits import Limits  # noqa: E402
from pipeline.batch.runs import Job, Outcome  # noqa: E402
from pipeline.batch.workers import WorkerPool  # noqa: E402

SMALL = Limits(step_seconds=10, memory=1024**3, pages=2000, patience=12)
"""So that a loop costs seconds; processor time decides, so that a busy machine changes nothing."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--flips", type=int, default=150)
    parser.add_argument("--mutants", type=int, default=0, help="so many of each of four papers with things changed")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--real", type=Path, help="a folder of real PDFs to read too")
    parser.add_argument("--only", default="", help="files whose names hold these words")
    parser.add_argument("--slow", type=float, default=5.0, help="name files that take more seconds")
    chosen = parser.parse_args()
    files = [one for one in every(chosen.flips) if chosen.only in one.name]
    files += [one for one in of_papers(ROOT / "samples", chosen.mutants) if chosen.only in one.name]
    if chosen.real:
        files += [Hostile(path.name, path.read_bytes(), ANY) for path in sorted(chosen.real.glob("*.pdf"))]
    counts: Counter[str] = Counter()
    wrong = 0
    began = time.monotonic()
    with (
        tempfile.TemporaryDirectory() as folder,
        ThreadPoolExecutor(chosen.workers) as threads,
        WorkerPool(Path(folder), chosen.workers, SMALL) as pool,
    ):

        def read(numbered: tuple[int, Hostile]) -> Outcome:
            path = Path(folder) / f"{numbered[0]:04d}.pdf"
            path.write_bytes(numbered[1].data)
            return pool.run(Job(str(path), path.name))

        for one, outcome in zip(files, threads.map(read, enumerate(files)), strict=True):
            counts[outcome.outcome] += 1
            bad = outcome.outcome not in one.right or outcome.findings.get("page_failed")
            bad = bad or (one.lost and not TELLING & outcome.findings.keys())
            wrong += bool(bad)
            if bad or outcome.seconds > chosen.slow:
                mark = "WRONG" if bad else "     "
                print(
                    f"{mark} {outcome.outcome:14} {outcome.seconds:6.1f} s  {one.name}  {outcome.detail[-300:]}",
                    flush=True,
                )
    print(f"\n{len(files)} files, {time.monotonic() - began:.0f} s")
    for name, count in counts.most_common():
        print(f"{name:16} {count:4}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
