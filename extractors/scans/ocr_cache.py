"""Readings kept from run to run, found by the picture's bytes and the engine's name."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path

import orjson

from extractors.scans.ocr import Character, Reading, Recogniser
from extractors.scans.rendering import Pixels

REMEMBERED = 2000
"""Readings held in memory beside the folder: a page's sample of lines is asked for again when the page is read."""


class CachedRecogniser:
    """A recogniser that is asked only for pictures it has not read before; `folder` None remembers within a process."""

    def __init__(self, recogniser: Recogniser, folder: Path | None) -> None:
        self._recogniser = recogniser
        self._folder = folder
        self._held: OrderedDict[str, Reading] = OrderedDict()
        self.calls = 0
        """How many pictures the engine itself was given."""

    @property
    def name(self) -> str:
        return self._recogniser.name

    def recognise(self, images: Sequence[Pixels]) -> list[Reading]:
        keys = [self._key(image) for image in images]
        found = {key: reading for key in keys if (reading := self._found(key)) is not None}
        missing = {key: image for key, image in zip(keys, images, strict=True) if key not in found}
        if missing:
            self.calls += len(missing)
            for key, reading in zip(missing, self._recogniser.recognise(list(missing.values())), strict=True):
                found[key] = reading
                self._keep(key, reading)
        return [found[key] for key in keys]

    def _key(self, image: Pixels) -> str:
        digest = hashlib.blake2b(digest_size=20)
        digest.update(f"{self.name}|{image.shape}|".encode())
        digest.update(image.tobytes())
        return digest.hexdigest()

    def _found(self, key: str) -> Reading | None:
        if key in self._held:
            self._held.move_to_end(key)
            return self._held[key]
        if self._folder is None:
            return None
        try:
            rows = orjson.loads((self._folder / key[:2] / f"{key}.json").read_bytes())
            reading = Reading(tuple(Character(str(text), float(sure), float(x)) for text, sure, x in rows))
        except (OSError, ValueError, TypeError):
            return None  # not there, or cut off: it is read anew
        self._remember(key, reading)
        return reading

    def _remember(self, key: str, reading: Reading) -> None:
        self._held[key] = reading
        if len(self._held) > REMEMBERED:
            self._held.popitem(last=False)

    def _keep(self, key: str, reading: Reading) -> None:
        self._remember(key, reading)
        if self._folder is None:
            return
        target = self._folder / key[:2] / f"{key}.json"
        rows = [[character.text, character.confidence, character.x] for character in reading.characters]
        # a full disk or a read-only folder only costs the next run its time
        with contextlib.suppress(OSError):
            target.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=target.parent)
            with os.fdopen(handle, "wb") as file:
                file.write(orjson.dumps(rows))
            os.replace(name, target)
