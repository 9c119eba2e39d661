"""The sentences that a user meets, in the user's language, from `messages.toml`."""

from __future__ import annotations

import errno
import os
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Literal

Lang = Literal["ja", "en"]
LANGS: tuple[Lang, ...] = ("ja", "en")


@cache
def catalogue() -> dict[str, dict[Lang, str]]:
    """All sentences: `section.name` to a template a language."""
    sections = tomllib.loads((Path(__file__).parent / "messages.toml").read_text(encoding="utf-8"))
    return {f"{section}.{name}": texts for section, names in sections.items() for name, texts in names.items()}


def message(key: str, lang: Lang, **values: object) -> str:
    """The sentence `key` in `lang` with `values` filled in, an error of the system in the reader's words.

    Raises KeyError for an unknown key or a missing value.
    """
    said = {name: _reason(value, lang) if isinstance(value, OSError) else value for name, value in values.items()}
    return catalogue()[key][lang].format(**said)


def _reason(error: OSError, lang: Lang) -> str:
    """Why the system refused; what has no words of ours is told as the system or a storage's driver tells it."""
    known = catalogue().get(f"errno.{errno.errorcode.get(error.errno or 0, '')}")
    return known[lang] if known else error.strerror or str(error)


def language(environment: Mapping[str, str] | None = None, arguments: Sequence[str] = ()) -> Lang:
    """The reader's language: `--lang` among `arguments`, else BESSHI_LANG, else the locale.

    Only a locale that says English gets English; the documents, and most of who reads them, are Japanese.
    """
    environment = os.environ if environment is None else environment
    for place, argument in enumerate(arguments):
        chosen = arguments[place + 1 :][:1] if argument == "--lang" else [argument.removeprefix("--lang=")]
        if argument.startswith("--lang") and chosen and chosen[0] in LANGS:
            return chosen[0]
    if (named := environment.get("BESSHI_LANG", "")[:2].lower()) in LANGS:
        return named
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if locale := environment.get(variable):
            return "en" if locale.lower().startswith("en") else "ja"
    return "ja"
