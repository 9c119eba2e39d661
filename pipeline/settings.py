"""What a run can be told, and what it takes where nothing is told."""

from __future__ import annotations

import os
from pathlib import Path
from typing import cast, get_args

from extractors.forms.form_file import MOST_BYTES, FormError, FormFile
from extractors.scans.settings import Engines, ReadingSettings
from pipeline.batch.limits import BadLimit, Limits
from pipeline.storage import is_local

DEFAULT_OUT = Path("output")
"""Where runs write unless told otherwise."""

RUNNERS = ("here", "dask")
"""Who reads documents: workers of this process, or those of a Dask cluster."""

RUNNER_VARIABLE = "BESSHI_RUNNER"
"""Says which of them (as `--runner` does)."""

ADDRESS_VARIABLE = "BESSHI_DASK_ADDRESS"
"""Names the cluster's scheduler (as `--dask` does); without it a cluster of this machine's is made for the run."""

OUT_VARIABLE = "BESSHI_OUT"
"""Says where runs write, a folder or an address such as s3://bucket/besshi (as `--out` does)."""

CACHE_VARIABLE = "BESSHI_CACHE"
"""Names the folder of this machine that recognised lines are kept in where the output is at an address."""

VERSIONED = (
    "besshi",
    "pdfplumber",
    "pdfminer.six",
    "pypdfium2",
    "opencv-python-headless",
    "rapidocr",
    "onnxruntime",
    "pytesseract",
    "spacy",
    "sudachipy",
    "sudachidict-core",
    "pyarrow",
)
"""The packages whose versions decide what is read and which bytes are written; the run record names them."""


OCR_VARIABLE = "BESSHI_OCR"
"""Says who recognises characters: rapidocr, tesseract or both (as `besshi extract --ocr` does)."""


def engines() -> Engines:
    """Who recognises characters, by the environment. ValueError for an unknown recogniser."""
    ocr = os.environ.get(OCR_VARIABLE) or "both"
    if ocr not in get_args(Engines):
        raise ValueError(f"{OCR_VARIABLE}={ocr}")
    return cast(Engines, ocr)


def reading_settings(limits: Limits, cache_folder: Path | None = None, ocr: Engines | None = None) -> ReadingSettings:
    """How pages are to be read, by the limits and `ocr`, which the environment says where it is not given.

    ValueError for an unknown recogniser.
    """
    return ReadingSettings(ocr=ocr or engines(), max_pixels=limits.pixels, cache_folder=cache_folder)


def cache_of(out: Path) -> Path:
    """Where recognised lines are kept: in the output, or, where that is at an address, on the machine that reads."""
    if is_local(out):
        return (out / "cache" / "ocr").absolute()
    named = os.environ.get(CACHE_VARIABLE)
    return Path(named).absolute() if named else Path.home() / ".cache" / "besshi" / "ocr"


FORMS_VARIABLE = "BESSHI_FORMS"
"""Names the folder of the user's own forms (as `--forms` does)."""

DEFAULT_FORMS = Path("forms")
"""Where the user's own forms are looked for where nothing is told: beside sources.toml."""


def forms_folder() -> Path | None:
    """The folder of the user's own forms; None where there is none. Raises FormError where one is named that is not."""
    named = os.environ.get(FORMS_VARIABLE, "").strip()
    if named and not Path(named).is_dir():
        raise FormError("no_folder", named, 0, FORMS_VARIABLE)
    folder = Path(named) if named else DEFAULT_FORMS
    return folder if folder.is_dir() else None


def use_forms(folder: Path) -> None:
    """From now on the user's own forms are those of `folder`, in this process and in those that it starts."""
    os.environ[FORMS_VARIABLE] = str(folder)


def use_forms_beside(sources: Path) -> None:
    """Take the forms from the folder `forms` beside the file of sources, unless the environment names another."""
    folder = sources.parent / DEFAULT_FORMS
    if not os.environ.get(FORMS_VARIABLE, "").strip() and folder.is_dir():
        use_forms(folder)


def form_files() -> tuple[FormFile, ...]:
    """The user's own forms as their files have them, by name; they are part of the settings that a reading depends on.

    Raises FormError for a folder or file that cannot be read; whether the forms are sound says `forms_of`.
    """
    folder = forms_folder()
    if folder is None:
        return ()
    files = []
    for path in sorted(folder.glob("*.toml")):
        try:
            if path.stat().st_size > MOST_BYTES:
                raise FormError("too_large", path.name, 0, "", str(MOST_BYTES))
            files.append(FormFile(path.name, path.read_text(encoding="utf-8-sig")))
        except UnicodeDecodeError as error:
            raise FormError("not_utf8", path.name, 0, "", str(error)) from None
        except OSError as error:
            raise FormError("unreadable", path.name, 0, "", error.strerror or str(error)) from error
    return tuple(files)


PARTITION_VARIABLE = "BESSHI_PARTITION_ROWS"
"""Tables of more rows than this are written as folders of parts, one a publisher and fiscal year."""

PARTITION_ROWS = 1_000_000
"""The number taken where nothing is told."""


def partition_rows() -> int:
    """The most rows that a table may have as one file. Raises BadLimit where the environment names no such number."""
    said = os.environ.get(PARTITION_VARIABLE, "").strip() or str(PARTITION_ROWS)
    if not (said.isascii() and said.isdecimal() and int(said) > 0):
        raise BadLimit(PARTITION_VARIABLE, said)
    return int(said)


def runner() -> str:
    """Where documents are read, by the environment: one of RUNNERS. ValueError for another word."""
    named = os.environ.get(RUNNER_VARIABLE) or "here"
    if named not in RUNNERS:
        raise ValueError(f"{RUNNER_VARIABLE}={named}")
    return named


def dask_address() -> str | None:
    """The address of the Dask scheduler of a cluster that people have, where there is one."""
    return os.environ.get(ADDRESS_VARIABLE) or None


def default_workers() -> int:
    """One worker a processor that this process may use."""
    return len(os.sched_getaffinity(0))
