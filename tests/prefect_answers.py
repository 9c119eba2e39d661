"""What Prefect's server says of runs, tasks and artifacts, asked over HTTP as anybody may."""

from __future__ import annotations

from typing import Any

import httpx


def from_server(path: str, asked: dict[str, Any] | None = None) -> Any:
    """What the server of the block around answers, or where there is none Prefect's own temporary one."""
    from prefect.client.orchestration import get_client

    with get_client(sync_client=True) as client:
        url = f"{client.api_url}".rstrip("/") + path
        answer = httpx.get(url) if asked is None else httpx.post(url, json=asked)
    answer.raise_for_status()
    return answer.json()
