"""kill -9 at moments chosen by chance: every resumed run must end with the bytes of an undisturbed one.

    python -m benchmarks.crash [--kills 20] [--documents 20] [--seed WORD]

Exits with 1 if one run does not.
"""

from __future__ import annotations

import argparse
import secrets
import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from killing import contents, killed_run, moments, whole_run, write_small_pdfs  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--documents", type=int, default=20)
    parser.add_argument("--seed", default=secrets.token_hex(4))
    chosen = parser.parse_args()
    wrong = 0
    with tempfile.TemporaryDirectory() as name:
        folder, undisturbed = Path(name, "in"), Path(name, "undisturbed")
        write_small_pdfs(folder, chosen.documents)
        seconds = whole_run(folder, undisturbed)
        expected = contents(undisturbed)
        print(f"seed {chosen.seed}: {len(expected)} files in {seconds:.1f} s undisturbed", flush=True)
        for number, moment in enumerate(moments(chosen.kills, len(expected), chosen.seed), 1):
            out = Path(name, "killed")
            killed = killed_run(folder, out, moment)
            left = contents(out) if out.exists() else {}
            resumed = whole_run(folder, out)
            other = sorted({name for name, _ in contents(out).items() ^ expected.items()})
            wrong += bool(other)
            said = "killed" if killed else "had ended"
            print(
                f"{number:3}: {said} with {len(left):3} files; resumed in {resumed:4.1f} s: "
                f"{f'OTHER BYTES in {len(other)}: {other[:3]}' if other else 'same bytes'}",
                flush=True,
            )
            shutil.rmtree(out)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
