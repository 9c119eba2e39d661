"""Text that knows, character by character, where on which page it was read: the source of all evidence."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Literal, NamedTuple

from extractors.pages.geometry import Box, Frame, union

Method = Literal["text", "ocr", "review"]


class Glyph(NamedTuple):
    """One printed character. `box` is in points of the page's reading frame, origin upper left."""

    text: str
    frame: Frame
    box: Box
    method: Method = "text"
    confidence: float = 1.0

    @property
    def size(self) -> float:
        """The character's height in points, which is close to its font size."""
        return self.box.bottom - self.box.top


class Place(NamedTuple):
    """A box on a page as displayed: points, origin upper left; pages count from 1."""

    page: int
    x0: float
    top: float
    x1: float
    bottom: float


class Evidence(NamedTuple):
    """Where a value was read, how, how surely, and from which printed words."""

    place: Place
    continued: tuple[Place, ...]
    method: Method
    confidence: float
    raw_text: str


class Text:
    """A string and, for each of its characters, the glyph that it came from.

    A character that nobody printed (a line break or a space put in between) has no glyph. Slicing, joining and
    replacing keep the glyphs, so a value found at a span of the string has its evidence at once.
    """

    __slots__ = ("glyphs", "string")

    def __init__(self, string: str = "", glyphs: Iterable[Glyph | None] = ()) -> None:
        self.string = string
        self.glyphs: tuple[Glyph | None, ...] = tuple(glyphs)
        if len(self.string) != len(self.glyphs):
            raise ValueError(f"{len(self.string)} characters, but {len(self.glyphs)} glyphs")

    @classmethod
    def of(cls, glyphs: Iterable[Glyph]) -> Text:
        """The text of glyphs in reading order."""
        string, sources = [], []
        for glyph in glyphs:
            string.append(glyph.text)
            sources.extend([glyph] * len(glyph.text))
        return cls("".join(string), sources)

    @classmethod
    def put_in(cls, string: str) -> Text:
        """Characters that nobody printed, such as a break between two lines."""
        return cls(string, [None] * len(string))

    @classmethod
    def join(cls, parts: Iterable[Text], between: str = "") -> Text:
        string: list[str] = []
        glyphs: list[Glyph | None] = []
        gap = [None] * len(between)
        for part in parts:
            if string:
                string.append(between)
                glyphs.extend(gap)
            string.append(part.string)
            glyphs.extend(part.glyphs)
        return cls("".join(string), glyphs)

    def __str__(self) -> str:
        return self.string

    def __repr__(self) -> str:
        return f"Text({self.string!r})"

    def __len__(self) -> int:
        return len(self.string)

    def __bool__(self) -> bool:
        return bool(self.string)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Text) and (self.string, self.glyphs) == (other.string, other.glyphs)

    def __hash__(self) -> int:
        return hash(self.string)

    def __getitem__(self, span: slice) -> Text:
        return Text(self.string[span], self.glyphs[span])

    def __add__(self, other: Text) -> Text:
        return Text(self.string + other.string, self.glyphs + other.glyphs)

    def strip(self) -> Text:
        """Without white space at both ends (full-width spaces included)."""
        string = self.string
        start = len(string) - len(string.lstrip())
        return self[start : max(start, len(string.rstrip()))]

    def split(self, pattern: str | re.Pattern[str]) -> list[Text]:
        """The stripped pieces between the matches of `pattern`, empty ones left out."""
        pieces, start = [], 0
        for match in re.finditer(pattern, self.string):
            pieces.append(self[start : match.start()])
            start = match.end()
        pieces.append(self[start:])
        return [piece for piece in (piece.strip() for piece in pieces) if piece]

    def removed(self, pattern: str | re.Pattern[str]) -> Text:
        """Without the matches of `pattern`."""
        return self.replaced(pattern, lambda _: "")

    def replaced(self, pattern: str | re.Pattern[str], new: Callable[[re.Match[str]], str]) -> Text:
        """Each match of `pattern` replaced by what `new` makes of it: a character that stays keeps its own glyph, any
        other takes the glyph that stands where it would stand."""
        pieces, start = [], 0
        for match in re.finditer(pattern, self.string):
            pieces.append(self[start : match.start()])
            old, text = match.group(), new(match)
            held, at = [], 0
            for index, character in enumerate(text):
                found = old.find(character, at)
                at = found if found >= 0 else min(max(at, index), len(old) - 1)
                held.append(self.glyphs[match.start() + at] if old else None)
                at += 1
            pieces.append(Text(text, held))
            start = match.end()
        pieces.append(self[start:])
        return Text.join(pieces)

    def lines(self) -> Iterator[Text]:
        """The pieces between line breaks, empty ones included."""
        start = 0
        for index, character in enumerate(self.string):
            if character == "\n":
                yield self[start:index]
                start = index + 1
        yield self[start:]

    def own_glyphs(self) -> list[Glyph]:
        """Each glyph once, in order."""
        own: list[Glyph] = []
        for glyph in self.glyphs:
            if glyph is not None and (not own or glyph is not own[-1]):
                own.append(glyph)
        return own

    @property
    def box(self) -> Box:
        """The box around all glyphs, in the reading frame of their page; ValueError if there are none."""
        return union(glyph.box for glyph in self.glyphs if glyph is not None)

    @property
    def evidence(self) -> Evidence | None:
        """Where this was read, or None when no character of it was printed.

        The first run of lines gives the place; a jump to another page, or back up into another column, starts a
        further place in `continued`. Confidence is that of the weakest character.
        """
        runs: list[list[Box]] = []
        frames: list[Frame] = []
        confidence, last, last_top = 1.0, None, 0.0
        methods: dict[Method, None] = {}
        for glyph in self.glyphs:
            if glyph is None or glyph is last or glyph.text.isspace():
                continue
            last = glyph
            _, frame, box, method, own_confidence = glyph
            if not runs or (frame is not frames[-1] and frame != frames[-1]) or box[3] < last_top:
                runs.append([])
                frames.append(frame)
            runs[-1].append(box)
            last_top = box[1]
            methods[method] = None
            if own_confidence < confidence:
                confidence = own_confidence
        if not runs:
            return None
        places = []
        for frame, run in zip(frames, runs, strict=True):
            x0, top, x1, bottom = frame.displayed(union(run))
            places.append(Place(frame.page, round(x0, 2), round(top, 2), round(x1, 2), round(bottom, 2)))
        return Evidence(
            place=places[0],
            continued=tuple(places[1:]),
            method="ocr" if "ocr" in methods else next(iter(methods)),
            confidence=round(confidence, 4),
            raw_text=self.printed,
        )

    def settled(self) -> Text:
        """The same string and evidence without the glyphs: what is kept of a text that nobody cuts any more."""
        return _Settled(self)

    @property
    def printed(self) -> str:
        """The printed words, each glyph once, white space at the ends left out."""
        pieces: list[str] = []
        last: Glyph | None = None
        for character, glyph in zip(self.string, self.glyphs, strict=True):
            if glyph is None:
                pieces.append(character)
            elif glyph is not last:
                pieces.append(glyph.text)
            last = glyph
        return "".join(pieces).strip()


class _Settled(Text):
    """A text that is read to its end. It cannot be sliced or joined, for it does not know its glyphs any more."""

    __slots__ = ("_evidence",)

    def __init__(self, text: Text) -> None:
        self.string = text.string
        self.glyphs = ()
        self._evidence = text.evidence

    @property
    def evidence(self) -> Evidence | None:
        return self._evidence

    def settled(self) -> Text:
        return self
