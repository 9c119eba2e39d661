"""Readings kept from run to run, found by the pictures' bytes and the engine's name."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson

from extractors.scans.ocr import Character, Reading, Recogniser, SheetRecogniser
from extractors.scans.rendering import Pixels

REMEMBERED = 300
"""Answers held in memory beside the folder: a page's sample of lines is asked for again when the page is read."""

_Readings = tuple[Reading, ...]


class _Store:
    """Readings by key, in memory and in a folder; `folder` None remembers within a process."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._held: OrderedDict[str, _Readings] = OrderedDict()

    def found(self, key: str) -> _Readings | None:
        if key in self._held:
            self._held.move_to_end(key)
            return self._held[key]
        if self._folder is None:
            return None
        try:
            rows = orjson.loads((self._folder / key[:2] / f"{key}.json").read_bytes())
            readings = tuple(Reading(tuple(_character(*values) for values in row)) for row in rows)
        except (OSError, ValueError, TypeError):
            return None  # not there, or cut off: it is read anew
        self._remember(key, readings)
        return readings

    def keep(self, key: str, readings: _Readings) -> None:
        self._remember(key, readings)
        if self._folder is None:
            return
        target = self._folder / key[:2] / f"{key}.json"
        rows = [[[c.text, c.confidence, c.x, c.others] for c in reading.characters] for reading in readings]
        # a full disk or a read-only folder only costs the next run its time
        with contextlib.suppress(OSError):
            target.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=target.parent)
            with os.fdopen(handle, "wb") as file:
                file.write(orjson.dumps(rows))
            os.replace(name, target)

    def _remember(self, key: str, readings: _Readings) -> None:
        self._held[key] = readings
        if len(self._held) > REMEMBERED:
            self._held.popitem(last=False)


def _character(text: str, sure: float, x: float, others: Sequence[Sequence[Any]]) -> Character:
    return Character(str(text), float(sure), float(x), tuple((str(other), float(p)) for other, p in others))


def _key(name: str, images: Sequence[Pixels]) -> str:
    digest = hashlib.blake2b(name.encode(), digest_size=20)
    for image in images:
        digest.update(f"|{image.shape}|".encode())
        digest.update(image.tobytes())
    return digest.hexdigest()


class CachedRecogniser:
    """A recogniser that reads each picture by itself, asked only for pictures that it has not read before."""

    def __init__(self, recogniser: Recogniser, folder: Path | None) -> None:
        self._recogniser = recogniser
        self._store = _Store(folder)
        self.calls = 0
        """How many pictures the engine itself was given."""

    @property
    def name(self) -> str:
        return self._recogniser.name

    def recognise(self, images: Sequence[Pixels]) -> list[Reading]:
        keys = [_key(self.name, [image]) for image in images]
        found = {key: readings[0] for key in keys if (readings := self._store.found(key))}
        missing = {key: image for key, image in zip(keys, images, strict=True) if key not in found}
        if missing:
            self.calls += len(missing)
            for key, reading in zip(missing, self._recogniser.recognise(list(missing.values())), strict=True):
                found[key] = reading
                self._store.keep(key, (reading,))
        return [found[key] for key in keys]


class CachedSheetRecogniser:
    """A recogniser whose reading of a line may depend on the others of its sheet: a sheet is remembered as a whole, so
    that what is read does not depend on what was kept."""

    def __init__(self, recogniser: SheetRecogniser, folder: Path | None) -> None:
        self._recogniser = recogniser
        self._store = _Store(folder)

    @property
    def name(self) -> str:
        return self._recogniser.name

    def recognise(self, images: Sequence[Pixels]) -> list[Reading]:
        return self.recognise_sheets([images])[0]

    def recognise_sheets(self, sheets: Sequence[Sequence[Pixels]]) -> list[list[Reading]]:
        keys = [_key(self.name, sheet) for sheet in sheets]
        found = {key: readings for key in keys if (readings := self._store.found(key)) is not None}
        missing = {key: sheet for key, sheet in zip(keys, sheets, strict=True) if key not in found}
        if missing:
            for key, read in zip(missing, self._recogniser.recognise_sheets(list(missing.values())), strict=True):
                found[key] = tuple(read)
                self._store.keep(key, found[key])
        return [list(found[key]) for key in keys]
