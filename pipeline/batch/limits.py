"""How much one document may cost, and what is said when it costs more.

A step is what lies between two signs of progress: opening the file up to its first page, then each page. What is over
its limit is given up as a whole, with an outcome that says which limit it was. Processor time bounds the work, whatever
else the machine does; wall time, several times as long, bounds waiting and everything that hangs.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields

from extractors.errors import DocumentError

GIB = 1024**3
PREFIX = "BESSHI_LIMIT_"


class TooLarge(DocumentError):
    """More bytes or pages than a document may have."""

    code = "too_large"


class BadLimit(ValueError):
    """A limit in the environment that is no positive number; `name` is the variable."""

    def __init__(self, name: str, value: str) -> None:
        super().__init__(f"{name}={value}")
        self.name = name
        self.value = value


@dataclass(frozen=True)
class Limits:
    """What one document may cost. Seconds are of one processor unless they say wall."""

    bytes: int = GIB // 2
    """Size of the file."""
    pages: int = 3000
    """Pages it may have."""
    pixels: int = 16_000_000
    """Pixels of one rendered page; a larger page is rendered more coarsely."""
    memory: int = 3 * GIB
    """Bytes that reading it may add to its process."""
    step_seconds: float = 60.0
    """Processor time of one step: opening the file, or one page."""
    page_seconds: float = 30.0
    """Processor time of the whole document: one step, and so much for each of its pages."""
    patience: float = 4.0
    """Wall time is so many times the processor time: other work may be going on."""
    most_seconds: float = 7200.0
    """Wall time that no document may exceed, however many pages it has."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Limits:
        """The defaults, with what BESSHI_LIMIT_PAGES, BESSHI_LIMIT_MEMORY, … say instead. Raises BadLimit."""
        environment = os.environ if environment is None else environment
        given: dict[str, int | float] = {}
        for field in fields(cls):
            name = PREFIX + field.name.upper()
            if text := environment.get(name, "").strip():
                given[field.name] = _positive(name, text, whole=isinstance(field.default, int))
        return cls(**given)  # type: ignore[arg-type]

    def step_wall(self) -> float:
        """Seconds of wall time until the next sign of progress."""
        return self.step_seconds * self.patience

    def total_seconds(self, pages: int) -> float:
        """Processor time of a document of so many pages (0 while they are not known)."""
        return self.step_seconds + self.page_seconds * min(pages, self.pages)

    def total_wall(self, pages: int) -> float:
        """Seconds of wall time of a document of so many pages."""
        return min(self.total_seconds(pages) * self.patience, self.most_seconds)

    def check_bytes(self, size: int) -> None:
        """Raises TooLarge."""
        if size > self.bytes:
            raise TooLarge(f"{size} bytes, {self.bytes} allowed")

    def check_pages(self, pages: int) -> None:
        """Raises TooLarge."""
        if pages > self.pages:
            raise TooLarge(f"{pages} pages, {self.pages} allowed")


def _positive(name: str, text: str, *, whole: bool) -> int | float:
    try:
        value = int(text) if whole else float(text)
    except ValueError:
        raise BadLimit(name, text) from None
    if not 0 < value < float("inf"):
        raise BadLimit(name, text)
    return value
