"""How well reports of forms never seen are read: makes fictional reports, reads them, scores them against their truth.

    python -m benchmarks.forms --count 60              fresh seeds, drawn anew each time
    python -m benchmarks.forms --seeds 1 2 3 --misses 5
    python -m benchmarks.forms --count 20 --scan "200 dpi"   as scans (tests/maker/scan.py names the qualities)

Prints the score of every seed, the mean and the worst, the mean of each table, and the mean of each kind of variation.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import logging
import os
import secrets
import sys
import tempfile
import time
import traceback
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import mean
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SCORER = Path(os.environ.get("BESSHI_SCORER", ROOT / "tests" / "scoring.py"))
Score = Callable[[Path, Path, str], tuple[dict[str, Any], dict[str, list[str]]]]


@dataclass
class Outcome:
    """What came of one seed: the score of each table, what was missed, the kinds of variation that the report shows."""

    seed: int
    scores: dict[str, float]
    misses: dict[str, list[str]]
    kinds: dict[str, Any]
    seconds: float
    error: str = ""

    @property
    def mean(self) -> float:
        return mean(self.scores.values()) if self.scores else 0.0


def load_scorer(path: Path) -> Score:
    """The function `score(gold_folder, out_folder, file_name)` of the scorer's file."""
    spec = importlib.util.spec_from_file_location("scorer", path)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{path}: no scorer there; name one with --scorer")
    module = sys.modules["scorer"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: Score = module.score
    return found


def measure(
    seed: int, folder: Path, scorer: Path, quality: str | None, setter: str | None, cache: Path | None
) -> Outcome:
    """Make the seed's report, read it, score it. An error of the reading is an outcome too, of score 0."""
    from extractors.scans.settings import ReadingSettings
    from pipeline.archive.archive import keep
    from pipeline.documents.document import extract_document
    from pipeline.extraction import Source
    from pipeline.tables.write import write_tables
    from tests.maker.making import make
    from tests.maker.scan import SCANNERS

    logging.getLogger("pdfminer").setLevel(logging.ERROR)
    score = load_scorer(scorer)
    made = folder / f"seed-{seed}"
    path = make(seed, made, setter=setter, scanner=SCANNERS[quality] if quality else None)
    kinds = json.loads((made / "kinds.json").read_text(encoding="utf-8"))
    start = time.perf_counter()
    out = made / "output"
    try:
        data = path.read_bytes()
        keep(out, data, extract_document(data, Source(path.name), settings=ReadingSettings(cache_folder=cache)))
        write_tables(out)
        seconds = time.perf_counter() - start
        scores, misses = score(made / "truth", out, path.name)
    except Exception as error:
        places = {"error": traceback.format_exc().splitlines()}
        return Outcome(seed, {}, places, kinds, time.perf_counter() - start, f"{type(error).__name__}: {error}")
    if "error" in scores:
        return Outcome(seed, {}, {}, kinds, seconds, str(scores["error"]))
    return Outcome(seed, scores, misses, kinds, seconds)


def by_kind(outcomes: list[Outcome]) -> dict[str, dict[str, list[float]]]:
    """The means of the reports that show each form of each kind of variation."""
    found: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for outcome in outcomes:
        for kind, forms in outcome.kinds.items():
            for form in forms if isinstance(forms, list) else [forms]:
                found[kind][str(form)].append(outcome.mean)
    return found


def by_table(outcomes: list[Outcome]) -> dict[str, list[float]]:
    """The scores of each table over all reports."""
    found: dict[str, list[float]] = defaultdict(list)
    for outcome in outcomes:
        for table, score in outcome.scores.items():
            found[table].append(score)
    return found


def print_outcomes(outcomes: list[Outcome], misses: int) -> None:
    """The whole account, as Markdown tables."""
    print("| seed | mean | worst table | seconds |\n|---|---|---|---|")
    for o in sorted(outcomes, key=lambda o: o.mean):
        worst = min(o.scores.items(), key=lambda item: item[1], default=(o.error, 0.0))
        print(f"| {o.seed} | {o.mean:.4f} | {worst[0]} {worst[1]:.3f} | {o.seconds:.1f} |")
        for table, lines in o.misses.items() if misses else ():
            for line in lines[:misses]:
                print(f"    {table}: {line}")
    means = [o.mean for o in outcomes]
    print(f"\n{len(outcomes)} reports: mean {mean(means):.4f}, worst {min(means):.4f}\n")
    print("| table | reports | mean | worst |\n|---|---|---|---|")
    for table, scores in sorted(by_table(outcomes).items(), key=lambda item: mean(item[1])):
        print(f"| {table} | {len(scores)} | {mean(scores):.4f} | {min(scores):.4f} |")
    print("\n| kind | form | reports | mean | worst |\n|---|---|---|---|---|")
    for kind, forms in by_kind(outcomes).items():
        for form, scores in sorted(forms.items(), key=lambda item: mean(item[1])):
            print(f"| {kind} | {form} | {len(scores)} | {mean(scores):.4f} | {min(scores):.4f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=20, help="how many fresh seeds to draw")
    parser.add_argument("--seeds", type=int, nargs="+", help="these seeds instead of fresh ones")
    parser.add_argument("--scan", metavar="QUALITY", help="as picture-only scans of this quality (tests/maker/scan.py)")
    parser.add_argument("--cache", type=Path, help="keep what was recognised in this folder for the next run")
    parser.add_argument("--setter", choices=("chromium", "reportlab"), help="instead of the one that the seed draws")
    parser.add_argument("--scorer", type=Path, default=SCORER, help="file with score(gold, out, file_name)")
    parser.add_argument("--keep", type=Path, help="leave reports and outputs in this folder")
    parser.add_argument("--misses", type=int, default=0, help="print up to so many misses a table and report")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--json", type=Path, help="write the outcomes to this file too")
    args = parser.parse_args()
    seeds = args.seeds or [10_000 + secrets.randbelow(990_000) for _ in range(args.count)]
    with tempfile.TemporaryDirectory() as temporary:
        folder = args.keep or Path(temporary)
        with ProcessPoolExecutor(args.workers) as pool:
            jobs = [
                pool.submit(measure, seed, folder, args.scorer, args.scan, args.setter, args.cache) for seed in seeds
            ]
            outcomes = []
            for job in jobs:
                outcomes.append(job.result())
                print(f"seed {outcomes[-1].seed}: {outcomes[-1].mean:.4f} {outcomes[-1].error}", file=sys.stderr)
    print_outcomes(outcomes, args.misses)
    if args.json:
        args.json.write_text(json.dumps([asdict(o) for o in outcomes], ensure_ascii=False, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
