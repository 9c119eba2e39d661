"""What changed since last night, kept beside the night's report: `runs/changes/<run>.html` and `.json`.

A night that left everything as it was is known by its state alone (`pipeline.changes.recorded`); nothing is read then
and nothing written. Pages and their number are bounded, so that years of nights fit on a disk.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson

from pipeline.changes.recorded import last_night, mark_night, recorded, state_of
from pipeline.files import locked, write_whole
from pipeline.messages import Lang
from pipeline.storage import is_local

FOLDER = "changes"

NIGHTS = 90
"""Comparisons that are kept; of older nights only the run's record stays."""

PLACES = 2_000
"""Places in the JSON of a night; further ones are counted."""


def changes_since_last_night(out: Path, run: str, lang: Lang) -> dict[str, Any]:
    """Compare the state that `run` left with that of the night before, keep the comparison, and say how much changed.

    Gives `since` (the night before, None in the first night and at an address), `counts` and `page` (the file below
    `runs/`, None where nothing changed). Whatever goes wrong is in `error`: a comparison costs no night.
    """
    try:
        return _changes(out, run, lang)
    except Exception as error:  # the night's tables and report matter more
        return {"since": None, "counts": None, "page": None, "error": f"{type(error).__name__}: {error}"[:300]}


def _changes(out: Path, run: str, lang: Lang) -> dict[str, Any]:
    nothing: dict[str, Any] = {"since": None, "counts": None, "page": None, "error": ""}
    if not is_local(out) or state_of(out, run) is None:
        return nothing
    before = last_night(out, run)
    mark_night(out, run)
    if before is None:
        return nothing
    if state_of(out, before) == state_of(out, run):
        return {**nothing, "since": before}
    from pipeline.changes.compare import compare  # here: most nights change nothing
    from pipeline.changes.page import as_html
    from pipeline.changes.places import spots
    from pipeline.changes.report import as_json
    from pipeline.changes.states import State

    old, new = State(out, recorded(out, before)), State(out, recorded(out, run))
    changes = compare(old, new)
    if not changes.any:
        return {**nothing, "since": before}
    places = spots(changes.changes)
    said = as_json(changes, places[:PLACES])
    said["places_left_out"] = max(0, len(places) - PLACES)
    folder = out / "runs" / FOLDER
    with locked(folder):
        write_whole(folder / f"{run}.json", orjson.dumps(said, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
        write_whole(folder / f"{run}.html", as_html(changes, places, old.pdf, new.pdf, lang).encode())
        for kind in ("html", "json"):
            for path in sorted(folder.glob(f"*.{kind}"))[:-NIGHTS]:
                path.unlink()
    return {**nothing, "since": before, "counts": said["counts"], "page": f"{FOLDER}/{run}.html"}
