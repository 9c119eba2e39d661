"""What every command needs to answer its user."""

from __future__ import annotations

import json
from typing import Any

import click


class UsageFault(Exception):
    """A command that cannot be carried out as given; `key` finds the sentence."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


def print_json(value: Any) -> None:
    """One JSON object on standard output."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))
