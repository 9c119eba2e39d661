"""What the pages of docs/ tell a reader to type is run as it stands, in one folder prepared like the project's own.

A block of `sh`, `python` or `r` is run by itself, from top to bottom of its page. One that cannot be run has a comment
in front of it that says why: `<!-- not run: … -->`. Commands inside sentences are held against the command line.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import click
import pytest
from conftest import ROOT

from pipeline.command_line.cli import commands, read_here

PAGES = [*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md"]
BLOCK = re.compile(r"(?:^<!-- not run: (?P<why>.+?) -->\n)?^```(?P<kind>\w*)\n(?P<code>.*?)^```$", re.M | re.S)
RUN = {"sh": ["bash", "-euo", "pipefail", "-c"], "python": [sys.executable, "-c"], "r": ["Rscript", "-e"]}
SHOWN = {"toml", "ini", "cron", "text", "json", "yaml", "csv", "sql"}
"""Kinds of blocks that are there to be looked at."""

COMMAND = re.compile(r"(?:besshi|python|make|Rscript) ")
"""How a block without a kind begins that a reader would type all the same."""


@dataclass(frozen=True)
class Block:
    page: Path
    line: int
    kind: str
    code: str
    why_not: str | None


def found_in(page: Path) -> list[Block]:
    text = page.read_text(encoding="utf-8")
    return [
        Block(page, text.count("\n", 0, found.start("code")) + 1, kind_of(found), found["code"], found["why"])
        for found in BLOCK.finditer(text)
    ]


def kind_of(block: re.Match[str]) -> str:
    return block["kind"] or ("sh" if COMMAND.match(block["code"]) else "text")


NOTEBOOKS = {path.with_suffix(".md") for path in (ROOT / "docs").glob("*.ipynb")}
"""Their cells stand on one another: tests/test_docs_notebook.py runs them."""

ELSEWHERE = {ROOT / "docs" / f"{name}.md" for name in ("recipes", "large-collections")}
"""Pages whose blocks tests/test_recipes.py runs, each on files and on folders, and looks at what they say."""

BLOCKS = [block for page in PAGES for block in found_in(page)]


@pytest.fixture(scope="module")
def prepared(out: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the samples, sources.toml and the output of a run over the sample report."""
    folder = tmp_path_factory.mktemp("prepared")
    shutil.copytree(out, folder / "output")
    for name in ("samples", "sources.toml", "flows.py", "tests", "benchmarks", "docs"):
        (folder / name).symlink_to(ROOT / name)
    return folder


def ran(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "PYTHONWARNINGS": "error::DeprecationWarning:__main__"}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=180, check=False
    )


RUN_HERE = [page for page in PAGES if page not in NOTEBOOKS | ELSEWHERE]


@pytest.mark.parametrize("page", RUN_HERE, ids=[page.stem for page in RUN_HERE])
def test_the_blocks_of_a_page_run_as_they_stand(page: Path, prepared: Path) -> None:
    for block in found_in(page):
        if block.kind in RUN and block.why_not is None:
            done = ran([*RUN[block.kind], block.code], prepared)
            assert done.returncode == 0, f"{page.name}:{block.line}\n{block.code}\n{done.stderr[-2000:]}"


def test_every_block_is_run_or_says_why_not() -> None:
    for block in BLOCKS:
        assert block.kind in RUN or block.kind in SHOWN or block.why_not, f"{block.page.name}:{block.line}"
    assert sum(block.kind in RUN and block.why_not is None for block in BLOCKS) >= 8
    not_run = {f"{block.page.name}:{block.line}": block.why_not for block in BLOCKS if block.why_not}
    assert all(len(why) > 10 for why in not_run.values()), not_run


def test_a_block_that_fails_is_found(prepared: Path) -> None:
    assert ran([*RUN["sh"], "besshi report --out nowhere"], prepared).returncode == 2
    assert ran([*RUN["python"], "import no_such_module"], prepared).returncode == 1


def test_every_command_in_a_sentence_exists() -> None:
    group = commands("en", read_here)
    seen = set()
    for page in PAGES:
        prose = BLOCK.sub("", page.read_text(encoding="utf-8"))
        blocks = "\n".join(block.code for block in found_in(page))
        said = [code.replace("\n", " ") for code in re.findall(r"`(besshi [^`]+)`", prose)]
        for code in said + re.findall(r"^(besshi .+)$", blocks, re.M):
            command: click.Command = group
            words = code.split()[1:]
            while words and isinstance(command, click.Group) and words[0] in command.commands:
                command = command.commands[words.pop(0)]
            assert command is not group or words[0].startswith("--"), f"{page.name}: {code}"
            options = {opt for param in command.params for opt in (*param.opts, *param.secondary_opts)} | {"--help"}
            assert set(re.findall(r"(?<!\S)\[?(--[a-z-]+)", code)) <= options, f"{page.name}: {code}"
            seen.add(command.name)
    assert seen >= {"extract", "show", "report", "nightly", "check", "verify", "doctor"}


def test_the_entry_for_a_new_office_is_one(tmp_path: Path) -> None:
    from pipeline.night.sources import read_sources

    (block,) = (block for block in found_in(ROOT / "docs" / "adding-an-office.md") if block.kind == "toml")
    path = tmp_path / "sources.toml"
    path.write_text("[fetching]\ncontact = 'me@city.example.jp'\n" + block.code.replace("false", "true"))
    (office,) = read_sources(path).offices
    assert (office.name, office.publisher) == ("example", "例示市")
