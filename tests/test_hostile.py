"""Files broken or made to harm: each ends in one outcome that is right for it, and costs no other file anything.

A part of what `benchmarks/hostile.py` reads, chosen so that it takes little time.
"""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path

import pytest
from hostile import circling, damage, lies, pictures, sizes, strangers
from hostile.making import SOUND, TELLING, Hostile
from office_site import OfficeSite
from test_nightly import Office

from pipeline.batch.limits import Limits
from pipeline.batch.runs import Job, Outcome
from pipeline.batch.workers import WorkerPool
from pipeline.messages import LANGS
from pipeline.night.nightly import run_night
from pipeline.night.sources import read_sources

LIMITS = Limits(step_seconds=5, page_seconds=3, memory=600 * 1024**2, pages=2000, patience=12)
LOOPS = ("that holds itself", "in a ring", "20,000 deep", "2 billion", "before itself", "at itself", "draws itself")


def files() -> list[Hostile]:
    """About two hundred."""
    chosen = [
        *strangers.no_pdfs(),
        *strangers.wrapped(),
        *strangers.carriers(),
        *islice(damage.cut_at_each_place(), 0, None, 9),
        *lies.lengths(),
        *lies.names(),
        *islice(lies.streams_of_objects(), 0, None, 5),
        *pictures.broken(),
        *islice(damage.truncated(), 9),
        *strangers.locked(),
        *strangers.active(),
        *(one for one in circling.loops() if any(words in one.name for words in LOOPS)),
        *(one for one in sizes.boxes() if one.name.startswith("page of")),
        *islice(circling.nests(), 8),
        *damage.flipped(25),
    ]
    return [one for one in chosen if one.name != "locked by itself"]


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Hostile, Outcome]]:
    folder = tmp_path_factory.mktemp("hostile")
    chosen = files()
    with WorkerPool(folder / "out", 2, LIMITS) as pool, ThreadPoolExecutor(2) as threads:

        def read(numbered: tuple[int, Hostile]) -> Outcome:
            path = folder / f"{numbered[0]:03d}.pdf"
            path.write_bytes(numbered[1].data)
            return pool.run(Job(str(path), path.name))

        return {
            one.name: (one, outcome) for one, outcome in zip(chosen, threads.map(read, enumerate(chosen)), strict=True)
        }


def test_each_file_has_one_outcome_and_it_is_right(outcomes: dict[str, tuple[Hostile, Outcome]]) -> None:
    assert len(outcomes) >= 180
    wrong = {
        name: (outcome.outcome, outcome.detail)
        for name, (one, outcome) in outcomes.items()
        if outcome.outcome not in one.right
    }
    assert wrong == {}


def test_what_is_missing_of_a_document_is_told(outcomes: dict[str, tuple[Hostile, Outcome]]) -> None:
    lacking = {name: set(outcome.findings) for name, (one, outcome) in outcomes.items() if one.lost}
    assert len(lacking) >= 25
    assert {name for name, findings in lacking.items() if not findings & TELLING} == set()
    whole = {name: set(outcome.findings) for name, (_, outcome) in outcomes.items() if name.endswith("that is whole")}
    assert len(whole) == 4
    assert {name for name, findings in whole.items() if findings & TELLING} == set()


def test_none_is_the_programs_own_fault(outcomes: dict[str, tuple[Hostile, Outcome]]) -> None:
    assert {name for name, (_, outcome) in outcomes.items() if outcome.findings.get("page_failed")} == set()


def test_each_outcome_is_kept_and_said(outcomes: dict[str, tuple[Hostile, Outcome]]) -> None:
    for name, (_, outcome) in outcomes.items():
        assert outcome.document_id, name
        assert all(outcome.sentence(lang) for lang in LANGS), name


def test_a_sound_file_among_them_is_read_as_if_alone(
    outcomes: dict[str, tuple[Hostile, Outcome]], tmp_path: Path
) -> None:
    (tmp_path / "sound.pdf").write_bytes(SOUND)
    with WorkerPool(tmp_path / "out", 1, LIMITS) as pool:
        alone = pool.run(Job(str(tmp_path / "sound.pdf"), "sound.pdf"))
    _, noisy = outcomes["a PDF and noise"]
    assert (alone.outcome, alone.counts) == ("ok", noisy.counts)


def test_what_a_document_would_do_is_not_done(outcomes: dict[str, tuple[Hostile, Outcome]]) -> None:
    within = {name: outcome for name, (_, outcome) in outcomes.items() if name.startswith("with ")}
    assert len(within) >= 11
    plain = within["with JavaScript on opening"]
    carrying = {name for name, outcome in within.items() if outcome.counts != plain.counts}
    assert carrying == {"with a file within", "with a file that bursts within"}
    for name in carrying:  # that there is a file is all that is told of it
        found = within[name]
        assert found.findings == {**plain.findings, "files_within": 1}
        assert {**found.counts, "findings": plain.counts["findings"]} == plain.counts


# ---- a night


def test_a_night_over_hostile_papers_reads_the_sound_ones_and_says_what_the_others_are(tmp_path: Path) -> None:
    chosen = [
        *strangers.wrapped(),
        *strangers.carriers(),
        *islice(lies.lengths(), 0, None, 6),
        *islice(damage.cut_at_each_place(), 0, None, 45),
        *damage.flipped(6, "a night"),
        Hostile("sound", SOUND + b"\n", frozenset({"ok"})),
    ]
    with OfficeSite() as site:
        office = Office(site, tmp_path)
        site.page("/", *(f"/{number}.pdf" for number in range(len(chosen))))
        for number, one in enumerate(chosen):
            site.pdf(f"/{number}.pdf", one.data)
        night = run_night(read_sources(office.list), office.out, workers=2)
        again = office.night()
    outcomes = {outcome.document_id: outcome for outcome in night.run.outcomes}
    assert len(outcomes) == len(night.run.outcomes), "one outcome each"
    fetched = {one.name: outcomes.get(hashlib.sha256(one.data).hexdigest()) for one in chosen}
    for one in chosen:  # what is no PDF at all was not kept, and is told as what the office's server gave
        outcome = fetched[one.name]
        assert outcome is None or outcome.outcome in one.right, (one.name, outcome)
    assert fetched["sound"] is not None
    assert fetched["sound"].outcome == "ok"
    (visit,) = night.visits
    refused = sum(outcome is None for outcome in fetched.values())
    assert 0 < refused < 20
    assert len(visit.errors) == refused
    assert night.exit_code == 1
    assert not list(office.out.rglob("*.part"))
    assert [outcome.outcome for outcome in again.run.outcomes if not outcome.known] == []
