"""Pictures of places in PDFs, cut out of the rendered page by a process of its own that has no network.

    crops(wanted)          in the parent: which parses no PDF, as SECURITY.md promises
    python -m pipeline.pictures.crops    the child: requests as JSON on standard input, a JSON line a picture back

Boxes are in points from the upper left of the page as displayed, as everywhere.
"""

from __future__ import annotations

import base64
import io
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from typing import Any

import orjson

DPI = 120
AROUND_X, AROUND_Y = 48.0, 32.0
"""Points shown on each side of the place, so that a reader sees where on the page it is."""

NARROWEST, HIGHEST = 300.0, 330.0
"""Points: a picture is at least so wide, and shows at most so much of a high place."""

SECONDS, MEMORY, PIXELS = 300.0, 2 * 1024**3, 16_000_000
"""What all pictures of one call may take: processor time, memory beyond the start; and pixels of one page."""


@dataclass(frozen=True)
class Place:
    """A box on a page (from 1) of a PDF."""

    pdf: str
    page: int
    x0: float
    top: float
    x1: float
    bottom: float


@dataclass(frozen=True)
class Crop:
    """A picture (WebP) and where in it the place is, as shares of its width and height."""

    data: bytes
    width: int
    height: int
    x0: float
    top: float
    x1: float
    bottom: float


def crops(wanted: Sequence[Place], seconds: float = SECONDS) -> list[Crop | None]:
    """The picture of each place, in order; None where the PDF or the page is not there, or cannot be drawn in time."""
    found: list[Crop | None] = [None] * len(wanted)
    order = sorted(range(len(wanted)), key=lambda number: (wanted[number].pdf, wanted[number].page))
    if not wanted:
        return found
    asked = orjson.dumps({"seconds": seconds, "places": [asdict(wanted[number]) for number in order]})
    command = [sys.executable, "-m", "pipeline.pictures.crops"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
    ) as child:
        # Wall time too: a child that waits for something uses no processor.
        clock = threading.Timer(4 * seconds, child.kill)
        clock.start()
        try:
            assert child.stdin is not None
            assert child.stdout is not None
            with suppress(BrokenPipeError):
                child.stdin.write(asked)
                child.stdin.close()
            for number, line in zip(order, child.stdout, strict=False):
                found[number] = _crop(line)
        finally:
            clock.cancel()
            child.kill()
    return found


def _crop(line: bytes) -> Crop | None:
    """What the child says, taken as a stranger's word: anything but a picture of its form is none."""
    try:
        said = orjson.loads(line)
        if not isinstance(said, dict):
            return None
        numbers = {name: float(said[name]) for name in ("x0", "top", "x1", "bottom")}
        data = base64.b64decode(said["data"], validate=True)
        if data[:4] != b"RIFF" or data[8:12] != b"WEBP":
            return None
        return Crop(data, int(said["width"]), int(said["height"]), **numbers)
    except (ValueError, KeyError, TypeError):
        return None


def window(place: Place, width: float, height: float) -> tuple[float, float, float, float]:
    """The part of a page of that size (points) that the picture of a place shows: left, top, right, bottom."""
    x0, x1 = place.x0 - AROUND_X, place.x1 + AROUND_X
    if x1 - x0 < NARROWEST:
        middle = (x0 + x1) / 2
        x0, x1 = middle - NARROWEST / 2, middle + NARROWEST / 2
    x0 = max(0.0, min(x0, width - NARROWEST))
    x1 = min(width, max(x1, min(width, NARROWEST)))
    top = max(0.0, min(place.top, height) - AROUND_Y)
    bottom = min(height, max(place.bottom + AROUND_Y, top + 2 * AROUND_Y), top + HIGHEST)
    return x0, top, x1, bottom


def _draw(document: Any, place: Place, last: dict[str, Any]) -> dict[str, Any]:
    """One picture; `last` holds the page that was rendered last."""
    if last.get("page") != place.page:
        page = document[place.page - 1]
        try:
            width, height = page.get_size()
            scale = min(DPI / 72, (PIXELS / max(1.0, width * height)) ** 0.5)
            last |= {"page": place.page, "size": (width, height), "picture": page.render(scale=scale).to_pil()}
        finally:
            page.close()
    width, height = last["size"]
    picture = last["picture"]
    x0, top, x1, bottom = window(place, width, height)
    across, down = picture.width / width, picture.height / height
    edges = round(x0 * across), round(top * down), round(x1 * across), round(bottom * down)
    cut = picture.crop(edges).convert("RGB")
    data = io.BytesIO()
    cut.save(data, format="WEBP", quality=55, method=4)
    return {
        "data": base64.b64encode(data.getvalue()).decode(),
        "width": cut.width,
        "height": cut.height,
        "x0": (place.x0 - x0) / (x1 - x0),
        "x1": (place.x1 - x0) / (x1 - x0),
        "top": (place.top - top) / (bottom - top),
        "bottom": min(1.0, (place.bottom - top) / (bottom - top)),
    }


@contextmanager
def _opened(path: str) -> Iterator[Any]:
    import pypdfium2  # here: the parent never needs it

    document = pypdfium2.PdfDocument(path)
    try:
        yield document
    finally:
        document.close()


def _main() -> None:
    from pipeline.batch.sandbox import allow_memory, allow_seconds, modest, without_network

    asked = orjson.loads(sys.stdin.buffer.read())
    modest()
    without_network()
    allow_memory(MEMORY)
    allow_seconds(asked["seconds"])
    places = [Place(**one) for one in asked["places"]]
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer
    number = 0
    while number < len(places):
        own = [place for place in places[number:] if place.pdf == places[number].pdf]
        done = 0
        with suppress(Exception), _opened(own[0].pdf) as document:
            last: dict[str, Any] = {}
            for place in own:
                answer = b"null"
                with suppress(Exception):
                    answer = orjson.dumps(_draw(document, place, last))
                answers.write(answer + b"\n")
                answers.flush()
                done += 1
        answers.write(b"null\n" * (len(own) - done))
        number += len(own)
    answers.flush()


if __name__ == "__main__":
    _main()
