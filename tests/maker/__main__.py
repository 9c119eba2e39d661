"""`python -m tests.maker --seed 7 --out FOLDER [--scan "200 dpi"]` writes FOLDER/report.pdf, truth/ and kinds.json."""

from __future__ import annotations

import argparse
from pathlib import Path

from .making import make
from .scan import SCANNERS


def main() -> None:
    parser = argparse.ArgumentParser(prog="tests.maker", description=__doc__)
    parser.add_argument("--seed", type=int, nargs="+", required=True, help="several seeds go to FOLDER/seed-N")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--scan", choices=tuple(SCANNERS), help="pictures of the pages only, as a scanner makes them")
    parser.add_argument("--setter", choices=("chromium", "reportlab"), help="instead of the one that the seed draws")
    args = parser.parse_args()
    for seed in args.seed:
        out = args.out if len(args.seed) == 1 else args.out / f"seed-{seed}"
        print(make(seed, out, setter=args.setter, scanner=SCANNERS[args.scan] if args.scan else None))


if __name__ == "__main__":
    main()
