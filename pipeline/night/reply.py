"""What a site answered, as it came."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Reply:
    """What a site answered. `url` was asked for, `final_url` answered after redirects; `data` is empty for 304."""

    url: str
    final_url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    data: bytes = field(repr=False)
    received: datetime.datetime

    def header(self, name: str) -> str | None:
        """The first header of that name, in any case."""
        return next((value for found, value in self.headers if found.lower() == name.lower()), None)
