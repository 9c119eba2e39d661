"""What besshi needs from the machine: each piece looked for, with its fix in one line where it is missing."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion, Version
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pipeline.messages import Lang, message
from pipeline.storage import is_local, put, remove

PYTHON = SpecifierSet(">=3.11")
TESSERACT = SpecifierSet(">=5")
FONT_NAMES = ("*cjk*", "*gothic*", "*mincho*", "ipa*", "*takao*", "vl-*", "notosansjp*", "notoserifjp*")
FONT_FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".local/share/fonts")


@dataclass(frozen=True)
class Piece:
    """One thing that was looked for. `needed`: nothing can be read without it; `fix` is empty where `ok`."""

    name: str
    ok: bool
    found: str
    fix: str = ""
    needed: bool = True

    def row(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {"name": self.name, "ok": self.ok, "needed": self.needed, "found": self.found, "fix": self.fix}


def examine(out: Path, lang: Lang) -> list[Piece]:
    """Look for every piece; `out` is where a run would write. Never raises for what it finds."""
    return [
        _python(lang),
        *_packages(lang),
        *_tesseract(lang),
        _language_model(lang),
        _rapidocr(lang),
        _font(lang),
        _network(lang),
        _output(out, lang),
    ]


def print_report(pieces: list[Piece], lang: Lang, console: Console | None = None) -> None:
    """All pieces as a table, then one sentence."""
    console = console or Console()
    if not console.is_terminal:
        console = Console(file=console.file, width=160)
    table = Table()
    table.add_column("")
    for heading in ("piece", "found", "fix"):
        table.add_column(message(f"doctor.{heading}", lang), overflow="fold")
    for piece in pieces:
        mark = "[green]✓[/]" if piece.ok else "[red]✗[/]" if piece.needed else "[yellow]![/]"
        table.add_row(mark, escape(piece.name), escape(piece.found), escape(piece.fix))
    console.print(table)
    all_there = all(piece.ok or not piece.needed for piece in pieces)
    console.print(message("doctor.ok" if all_there else "doctor.not_ok", lang), soft_wrap=True)


def _python(lang: Lang) -> Piece:
    found = platform.python_version()
    ok = PYTHON.contains(found, prereleases=True)
    return Piece(
        message("doctor.python", lang),
        ok,
        message("doctor.found_version", lang, found=found, wanted=PYTHON),
        "" if ok else message("doctor.fix_python", lang, wanted=PYTHON),
    )


def _packages(lang: Lang) -> Iterator[Piece]:
    """The packages that besshi's own metadata names, each against what is installed."""
    try:
        wanted = metadata.requires("besshi") or []
    except metadata.PackageNotFoundError:
        yield Piece(
            message("doctor.besshi", lang),
            False,
            message("doctor.missing", lang),
            message("doctor.fix_besshi", lang),
        )
        return
    for line in wanted:
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            yield _package(requirement, lang)
        elif requirement.marker.evaluate({"extra": "cluster"}):  # the other extras are for those who develop it
            yield replace(_package(requirement, lang), needed=False)


def _package(requirement: Requirement, lang: Lang) -> Piece:
    name = message("doctor.package", lang, name=requirement.name)
    fix = _reinstall(lang)
    try:
        found = metadata.version(requirement.name)
    except metadata.PackageNotFoundError:
        return Piece(name, False, message("doctor.missing", lang), fix)
    ok = requirement.specifier.contains(found, prereleases=True)
    said = message("doctor.found_version", lang, found=found, wanted=requirement.specifier)
    return Piece(name, ok, said, "" if ok else fix)


def _reinstall(lang: Lang) -> str:
    return message("doctor.fix_package", lang, python=sys.executable)


def _tesseract(lang: Lang) -> Iterator[Piece]:
    fix = message("doctor.fix_tesseract", lang)
    program = shutil.which("tesseract")
    version = _words_of([program, "--version"])[1:2] if program else []
    try:
        ok = bool(version) and TESSERACT.contains(Version(version[0].lstrip("v")), prereleases=True)
    except InvalidVersion:
        ok = False
    found = message("doctor.found_version", lang, found=version[0], wanted=TESSERACT) if version else ""
    name = message("doctor.tesseract", lang)
    yield Piece(name, ok, found or message("doctor.missing", lang), "" if ok else fix)
    has_jpn = bool(program) and "jpn" in _words_of([program, "--list-langs"])
    said = message("doctor.present" if has_jpn else "doctor.missing", lang)
    yield Piece(message("doctor.tesseract_jpn", lang), has_jpn, said, "" if has_jpn else fix)


def _words_of(command: list[Any]) -> list[str]:
    """The words that a program prints; none where it fails."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return []
    return (done.stdout or done.stderr).split()


def _language_model(lang: Lang) -> Piece:
    try:
        from extractors.japanese.language import pipeline

        pipeline()("令和5年度")
    except Exception as error:  # whatever a half-installed model raises
        found = message("doctor.fails", lang, detail=f"{type(error).__name__}: {error}")
        return Piece(message("doctor.language", lang), False, found, _reinstall(lang))
    return Piece(message("doctor.language", lang), True, message("doctor.present", lang))


def _rapidocr(lang: Lang) -> Piece:
    """Its models come inside the wheel, one to find lines and one to read them."""
    try:
        files = [str(file) for file in metadata.files("rapidocr") or () if file.suffix == ".onnx"]
        present = [file for file in files if metadata.distribution("rapidocr").locate_file(file).is_file()]  # type: ignore[attr-defined]
    except metadata.PackageNotFoundError:
        present = []
    ok = all(any(f"_{part}_" in file for file in present) for part in ("det", "rec"))
    found = ", ".join(Path(file).name for file in present) or message("doctor.missing", lang)
    return Piece(message("doctor.rapidocr", lang), ok, found, "" if ok else _reinstall(lang))


def _network(lang: Lang) -> Piece:
    """Whether the kernel keeps the network from a worker: what the audit hook bars, native code would not ask for."""
    ways = [way.replace("_", " ") for way in _words_of([sys.executable, "-P", "-m", "pipeline.batch.sandbox"])]
    ok = bool({"namespace", "seccomp"} & set(ways))
    name = message("doctor.network", lang)
    found = ", ".join(ways) or message("doctor.missing", lang)
    return Piece(name, ok, found, "" if ok else message("doctor.fix_network", lang), needed=False)


def _font(lang: Lang) -> Piece:
    listed = _words_of(["fc-list", ":lang=ja", "file"]) if shutil.which("fc-list") else []
    names = (path for folder in FONT_FOLDERS if folder.is_dir() for path in folder.rglob("*.[to]t[fc]"))
    found = listed[0].rstrip(":") if listed else next((str(path) for path in names if _looks_japanese(path)), "")
    name = message("doctor.font", lang)
    if found:
        return Piece(name, True, found, needed=False)
    return Piece(name, False, message("doctor.missing", lang), message("doctor.fix_font", lang), needed=False)


def _looks_japanese(path: Path) -> bool:
    return any(Path(path.name.lower()).match(pattern) for pattern in FONT_NAMES)


def _output(out: Path, lang: Lang) -> Piece:
    name = message("doctor.output", lang, path=out)
    if not is_local(out):
        return _address(out, name, lang)
    there = out.absolute()
    while not there.exists() and there != there.parent:  # what a run would have to make
        there = there.parent
    try:
        with tempfile.TemporaryFile(dir=there):
            return Piece(name, True, message("doctor.present", lang))
    except OSError as error:
        found = message("doctor.unwritable", lang, detail=error)
        return Piece(name, False, found, message("doctor.fix_output", lang))


def _address(out: Path, name: str, lang: Lang) -> Piece:
    """Whether an address can be written: something is, and is taken away again."""
    probe = out / "runs" / f".doctor-{os.getpid()}"
    try:
        put(probe, b"besshi doctor")
        remove(probe)
    except OSError as error:
        found = message("doctor.unwritable", lang, detail=str(error))
        return Piece(name, False, found, message("doctor.fix_output", lang))
    return Piece(name, True, message("doctor.present", lang))
