"""The labels of steps: ①, ㉑, (1), 【1】, １．, ⑧', and what looks like one and is none (①～⑪, a name such as 委託先①).

The source of the forms is what ward papers print; labels come out normalised (ASCII digits, brackets and primes).
"""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise
from typing import NamedTuple

from extractors.pages.text import Text

CIRCLED = "①-⑳㉑-㉟㊱-㊿"
_NEGATIVE = "❶-❿⓫-⓴"
_PRIME = "['’′´｀`＇ʼ]"
_GAP = "[ \u3000]*"

_LABEL = re.compile(
    rf"{_GAP}(?:"
    rf"(?P<circled>[{CIRCLED}{_NEGATIVE}]){_GAP}(?P<prime>{_PRIME}{{1,2}})?(?P<sub>[-－‐ー](?=[0-9０-９])[0-9０-９]{{1,2}})?"
    rf"|[(（]{_GAP}(?P<bracketed>[0-9０-９]{{1,2}}){_GAP}[)）](?P<prime2>{_PRIME})?"
    rf"|[【\[［〔<＜〈]{_GAP}(?P<squared>[0-9０-９]{{1,2}}){_GAP}[】\]］〕>＞〉]"
    rf"|(?P<dotted>[0-9０-９]{{1,2}}){_GAP}[.．](?![0-9０-９])"
    rf"){_GAP}"
)
_RANGE = re.compile(
    rf"{_GAP}(?:[～〜~、,・及乃]|から|まで|又は|及び)*{_GAP}(?:[{CIRCLED}{_NEGATIVE}]|[(（][0-9０-９]{{1,2}}[)）])"
)
_REFERENCE = re.compile("(?:の|は|が|を|まで|から|に|と|～|〜|~)")


class StepLabel(NamedTuple):
    """A label at the start of a text: normalised, its number, its style, and how many characters it takes up.

    `reference`: what follows reads on from it (⑤の結果), so that it may speak of a step and not name one.
    """

    label: str
    number: int
    style: str
    length: int
    reference: bool


def step_label(text: Text) -> StepLabel | None:
    """The label that the text begins with, or None: no label, or one of a range or list of them (①～⑪)."""
    string = text.string
    match = _LABEL.match(string)
    if match is None or _RANGE.match(string, match.end()) or not string[match.end() :].strip():
        return None
    return _read(match, _REFERENCE.match(string, match.end()) is not None)


def label_alone(text: Text) -> StepLabel | None:
    """The label that is all of the text (its words stand elsewhere), or None."""
    match = _LABEL.fullmatch(text.string)
    return None if match is None else _read(match, False)


_BARE = re.compile(rf"{_GAP}(?P<bare>[0-9０-９]{{1,2}})(?:[ \u3000]+|[:：、])(?=[^\s0-9０-９])")


def bare_label(text: Text) -> StepLabel | None:
    """The number alone that the text begins with (1 申請), or None: a label where a drawing counts its steps so."""
    match = _BARE.match(text.string)
    if match is None:
        return None
    number = int(match["bare"])
    return StepLabel(str(number), number, "bare", match.end(), False)


def is_label_alone(text: Text) -> bool:
    """Whether the text is a label and nothing else."""
    return _LABEL.fullmatch(text.string) is not None


def _read(match: re.Match[str], reference: bool) -> StepLabel:
    if circled := match["circled"]:
        sub = unicodedata.normalize("NFKC", match["sub"] or "").replace("‐", "-").replace("ー", "-")
        label = circled + "'" * len(match["prime"] or "") + sub
        return StepLabel(label, int(unicodedata.numeric(circled)), "circled", match.end(), reference)
    if digits := match["bracketed"]:
        number = int(digits)
        return StepLabel(f"({number})" + "'" * bool(match["prime2"]), number, "bracketed", match.end(), reference)
    if digits := match["squared"]:
        return StepLabel(f"[{int(digits)}]", int(digits), "squared", match.end(), reference)
    number = int(match["dotted"])
    return StepLabel(f"{number}.", number, "dotted", match.end(), reference)


_INNER = re.compile(rf"(?<=[ \u3000])(?=[{CIRCLED}])(?![{CIRCLED}]{_GAP}[～〜~])")


def parted_steps(text: Text) -> list[Text]:
    """The text parted before each circled label that stands after a space in it."""
    cuts = [0, *(m.start() for m in _INNER.finditer(text.string)), len(text)]
    if step_label(text) is None:
        return [text]
    return [part for a, b in pairwise(cuts) if (part := text[a:b].strip())]
