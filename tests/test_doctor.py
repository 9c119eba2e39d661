"""The doctor names what is missing or does not match, and its fix."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.command_line.doctor import Piece, examine


def diagnosed(**environment: str) -> tuple[int, dict[str, dict[str, object]]]:
    """Exit code and pieces by their English name, of a doctor run in a changed environment."""
    command = [Path(sys.executable).with_name("besshi"), "doctor", "--json", "--lang", "en"]
    done = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, check=False)
    report = json.loads(done.stdout)
    assert report["ok"] == (done.returncode == 0)
    return done.returncode, {piece["name"]: piece for piece in report["pieces"]}


def program(folder: Path, name: str, body: str) -> str:
    """A folder to put in PATH with one small program in it."""
    folder.mkdir()
    (folder / name).write_text(f"#!/bin/sh\n{body}\n")
    (folder / name).chmod(0o755)
    return str(folder)


def by_name(pieces: list[Piece]) -> dict[str, Piece]:
    return {piece.name: piece for piece in pieces}


def test_what_the_set_up_installed_is_found_in_order(tmp_path: Path) -> None:
    pieces = by_name(examine(tmp_path, "en"))
    installed = [name for name in pieces if name.startswith("package ")]
    assert len(installed) >= 20
    for name in (*installed, "Python", "RapidOCR's models", f"output folder {tmp_path}"):
        assert pieces[name].ok, pieces[name]
        assert pieces[name].fix == ""
    assert next(piece for name, piece in pieces.items() if "language pipeline" in name).ok


def test_a_machine_without_tesseract_is_told_what_to_install(tmp_path: Path) -> None:
    code, pieces = diagnosed(PATH=str(tmp_path))
    assert code == 1
    for name in ("Tesseract (OCR)", "Tesseract's Japanese data, jpn"):
        assert pieces[name]["found"] == "missing"
        assert "apt-get install tesseract-ocr tesseract-ocr-jpn" in str(pieces[name]["fix"])


@pytest.mark.parametrize(
    ("version", "language", "program_ok", "data_ok"),
    [("5.3.0", "jpn", True, True), ("5.3.0", "jpn_vert", True, False), ("4.1.1", "jpn", False, True)],
)
def test_tesseract_is_asked_for_its_version_and_its_japanese(
    version: str, language: str, program_ok: bool, data_ok: bool, tmp_path: Path
) -> None:
    answers = (
        f'case "$1" in --version) echo "tesseract {version}";; *) echo "Available:"; echo eng; echo {language};; esac'
    )
    _, pieces = diagnosed(PATH=program(tmp_path / "bin", "tesseract", answers))
    assert pieces["Tesseract (OCR)"]["ok"] is program_ok
    assert pieces["Tesseract's Japanese data, jpn"]["ok"] is data_ok


def test_a_package_that_is_missing_or_another_version_is_named(tmp_path: Path) -> None:
    told = tmp_path / "besshi-9.dist-info"
    told.mkdir()
    wanted = ["click==0.1", "not-there-at-all==1.0", "rich>=1", 'only-for-developers==1; extra == "dev"']
    lines = ["Metadata-Version: 2.1", "Name: besshi", "Version: 9", "Provides-Extra: dev"]
    (told / "METADATA").write_text("\n".join([*lines, *(f"Requires-Dist: {line}" for line in wanted)]) + "\n")
    code, pieces = diagnosed(PYTHONPATH=str(tmp_path))
    assert code == 1
    assert "(needed: ==0.1)" in str(pieces["package click"]["found"])
    assert pieces["package not-there-at-all"]["found"] == "missing"
    assert "--require-hashes -r requirements.lock" in str(pieces["package click"]["fix"])
    assert pieces["package rich"]["ok"] is True
    assert "package only-for-developers" not in pieces


def test_an_output_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    pieces = by_name(examine(tmp_path / "file" / "below", "ja"))
    piece = pieces[f"出力先 {tmp_path / 'file' / 'below'}"]
    assert not piece.ok
    assert "--out" in piece.fix


def test_a_missing_font_is_no_reason_to_fail(tmp_path: Path) -> None:
    pieces = by_name(examine(tmp_path, "en"))
    assert not next(piece for name, piece in pieces.items() if "font" in name and not name.startswith("package")).needed
