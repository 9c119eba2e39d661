"""Errors told once: by the command, in a sentence, and not before that by a library that passes them on."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def errors_told_once(*loggers: str) -> Iterator[None]:
    """Within the block the console shows no traceback that these loggers write of an error which they let through:
    whoever gets the error tells it, or Python does. Other handlers, such as of a history, have it all the same."""

    def is_news(record: logging.LogRecord) -> bool:
        return not (record.exc_info and record.name.startswith(loggers))

    handlers = list(logging.getLogger().handlers)
    for handler in handlers:
        handler.addFilter(is_news)
    try:
        yield
    finally:
        for handler in handlers:
            handler.removeFilter(is_news)
