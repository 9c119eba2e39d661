"""Readings that ask for a second look, and those who ask at the same time answered together.

A call of the second engine costs a fifth of a second before it reads anything, so the questions of several pages go to
it in one. What is answered does not depend on who else asks: each question is a picture of its own to the engine.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import TypeVar

from extractors.scans.engines import second_reader
from extractors.scans.ocr import Reading, RecogniserFailed
from extractors.scans.rendering import Pixels
from extractors.scans.settings import ReadingSettings

Read = TypeVar("Read")

Asking = Generator[Sequence[Pixels], Sequence[Reading], Read]
"""Work that yields pictures of lines which it wants read again, is sent a reading for each (or has `RecogniserFailed`
thrown into it), and in the end returns what it read."""


def answered(work: Sequence[Asking[Read]], settings: ReadingSettings) -> list[Read | Exception]:
    """What each piece of work returns, or the error that it ends with; all are asked first and then answered in one."""
    ends: dict[int, Read | Exception] = {}
    answers: list[Sequence[Reading] | RecogniserFailed | None] = [None] * len(work)
    waiting = list(range(len(work)))
    while waiting:
        questions: dict[int, Sequence[Pixels]] = {}
        for n in waiting:
            try:
                questions[n] = _went_on(work[n], answers[n])
            except StopIteration as stop:
                ends[n] = stop.value
            except Exception as error:  # one page's fault is not the others'; who asked for it is told
                ends[n] = error
        waiting = list(questions)
        for n, answer in zip(waiting, _answers(list(questions.values()), settings), strict=True):
            answers[n] = answer
    return [ends[n] for n in range(len(work))]


def answered_alone(work: Asking[Read], settings: ReadingSettings) -> Read:
    """What one piece of work returns. Raises what it raises."""
    (end,) = answered([work], settings)
    if isinstance(end, Exception):
        raise end
    return end


def _went_on(work: Asking[Read], answer: Sequence[Reading] | RecogniserFailed | None) -> Sequence[Pixels]:
    """The next question of a piece of work. Raises StopIteration with what it returns, and what it raises."""
    if answer is None:
        return next(work)
    if isinstance(answer, RecogniserFailed):
        return work.throw(answer)
    return work.send(answer)


def _answers(
    questions: Sequence[Sequence[Pixels]], settings: ReadingSettings
) -> Sequence[Sequence[Reading] | RecogniserFailed]:
    second = second_reader(settings)
    if not questions or second is None:
        return [RecogniserFailed("no second engine is asked for")] * len(questions)
    try:
        return second.recognise_sheets(questions)
    except RecogniserFailed as failed:
        if len(questions) == 1:
            return [failed]
    # which of them it was shows when each is asked alone; the others must not suffer for having been asked with it
    return [answer for question in questions for answer in _answers([question], settings)]
