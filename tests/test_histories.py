"""What was fetched from where and when: which document replaced which, and the names that addresses give."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.archive.archive import folder_of, keep_fetched
from pipeline.archive.fetched import Fetched, Histories, histories, later_than, name_of


@given(st.lists(st.lists(st.sampled_from("abcd"), min_size=1, max_size=6), max_size=4))
def test_what_replaced_what_never_goes_in_a_circle(given_by: list[list[str]]) -> None:
    found = Histories({str(number): tuple(documents) for number, documents in enumerate(given_by)})
    every = {document for documents in given_by for document in documents}
    assert found.outdated() == every - {documents[-1] for documents in given_by}
    for document, before in found.supersedes().items():
        assert document != before
    for documents in given_by:  # one address alone makes a chain that ends
        chain = Histories({"x": tuple(documents)}).supersedes()
        for document in chain:
            seen = {document}
            while document in chain:
                document = chain[document]
                assert document not in seen
                seen.add(document)


def test_a_clock_set_back_changes_no_order(tmp_path: Path) -> None:
    late = datetime.datetime(2026, 1, 2, tzinfo=datetime.UTC)
    first = later_than(late, None)
    second = later_than(late - datetime.timedelta(days=1), first)
    assert first < second
    common = {"url": "http://x/a.pdf", "final_url": "http://x/a.pdf", "headers": (), "office": "x", "page": "http://x/"}
    for data, moment in ((b"%PDF-1 old", first), (b"%PDF-1 new", second)):
        keep_fetched(tmp_path, data, Fetched(received=moment, publisher="甲", publisher_code=None, words="", **common))
    newest = histories(tmp_path / "archive").newest("http://x/a.pdf")
    assert newest is not None
    assert (folder_of(tmp_path, newest) / "document.pdf").read_bytes() == b"%PDF-1 new"


@given(st.text(max_size=300))
def test_any_address_gives_a_name_that_a_file_may_have(text: str) -> None:
    name = name_of(f"http://example.jp/{text}")
    assert name.lower().endswith(".pdf")
    assert "/" not in name
    assert "\0" not in name
    assert len(name.encode()) < 600
    assert not name.startswith(".")


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://x.jp/a/000123456.pdf", "000123456.pdf"),
        ("https://x.jp/%E5%A0%B1%E5%91%8A.PDF?v=2", "報告.PDF"),
        ("https://x.jp/", "document.pdf"),
        ("https://x.jp/download?id=3", "download.pdf"),
        ("https://x.jp/..%2F..%2Fetc%2Fpasswd", "_.._etc_passwd.pdf"),
    ],
)
def test_names_of_addresses(url: str, name: str) -> None:
    assert name_of(url) == name
