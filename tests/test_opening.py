"""Every file that is broken on purpose ends as one typed error; what can still be read is read."""

from __future__ import annotations

import hashlib
import io
import re
import zlib
from contextlib import suppress

import pdfplumber
import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pdfminer.arcfour import Arcfour
from pdfplumber.utils.exceptions import PdfminerException
from pdfs import pdf_bytes, show

from extractors.errors import DocumentError, EmptyFile, Encrypted, Malformed, NoPages, NotAPdf
from extractors.pages.opening import HEADER_WITHIN, UnreadablePage, open_pdf
from extractors.pages.text_layer import read_page

WORDS = "別紙事業名"
THREE_PAGES = pdf_bytes(*(show(WORDS[:n], WORDS, 50, 200) for n in (3, 4, 5)), characters=WORDS)


def words_of(data: bytes, password: str = "") -> list[str]:
    """The text of each page, `?` for a page that cannot be read."""
    with open_pdf(data, password) as pdf:
        return [
            "?" if isinstance(page, UnreadablePage) else "".join(g.text for g in read_page(page).glyphs)
            for page in pdf.pages
        ]


def without_xref(data: bytes) -> bytes:
    return data[: data.rfind(b"xref\n0")] + data[data.rfind(b"trailer") :].replace(b"startxref", b"startxref\n9")


def test_a_whole_file_gives_all_its_pages() -> None:
    assert words_of(THREE_PAGES) == ["別紙事", "別紙事業", "別紙事業名"]


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", EmptyFile),
        (b"<!DOCTYPE html><title>report.pdf</title>", NotAPdf),
        (b" " * HEADER_WITHIN + THREE_PAGES, NotAPdf),
        (b"%PDF-1.7\n", Malformed),
        (b"%PDF-1.7\ntrailer << /Root 1 0 R >>\nstartxref\n0\n%%EOF", NoPages),
        (pdf_bytes(), NoPages),
    ],
    ids=["empty", "web page", "header too late", "header alone", "nothing behind the root", "no pages"],
)
def test_what_is_no_document_says_why(data: bytes, error: type[DocumentError]) -> None:
    with pytest.raises(error), open_pdf(data):
        pass


def test_the_header_may_come_after_other_lines() -> None:
    assert len(words_of(b"From: a gateway\r\n" + THREE_PAGES)) == 3


@pytest.mark.parametrize("share", [0.1, 0.5, 0.8, 0.9, 0.97])
def test_a_file_that_is_cut_off_is_malformed(share: float) -> None:
    with pytest.raises(Malformed), open_pdf(THREE_PAGES[: int(len(THREE_PAGES) * share)]):
        pass


def references_first() -> bytes:
    """The three pages as a file made for the web has them: root and cross-references at its front."""
    body, table = THREE_PAGES[: THREE_PAGES.rindex(b"xref\n0")], THREE_PAGES[THREE_PAGES.rindex(b"xref\n0") :]
    table = table[: table.index(b"startxref")]
    front = len(table) + len(b"startxref\n9\n%%EOF\n")
    table = re.sub(rb"(\d{10})(?= 00000 n)", lambda offset: b"%010d" % (int(offset[1]) + front), table)
    return b"%PDF-1.7\n" + table + b"startxref\n9\n%%EOF\n" + body.removeprefix(b"%PDF-1.7\n")


def test_a_file_that_is_cut_off_is_malformed_even_where_its_root_comes_first() -> None:
    data = references_first()
    assert len(words_of(data)) == 3
    for object_lost in (b"14 0 obj", b"15 0 obj", b"6 0 obj"):
        with pytest.raises(Malformed), open_pdf(data[: data.rindex(b"\n" + object_lost) + 1]):
            pass
    with pytest.raises(Malformed), open_pdf(data[:-20]):
        pass


def test_a_file_without_its_cross_references_is_read_when_all_is_there() -> None:
    assert words_of(without_xref(THREE_PAGES)) == ["別紙事", "別紙事業", "別紙事業名"]


def test_objects_in_a_stream_are_found_again_when_the_cross_references_are_wrong() -> None:
    """pdfminer finds no root in such a file; PDFium rebuilds it."""
    body = b"<< /Type /Catalog /Pages 2 0 R >> << /Type /Pages /Kids [3 0 R] /Count 1 >> "
    body += b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 300] >>"
    starts = [match.start() for match in re.finditer(rb"<< /Type /(?:Catalog|Pages|Page) ", body)]
    header = " ".join(f"{number} {start}" for number, start in enumerate(starts, 1)).encode() + b" "
    packed = zlib.compress(header + body)
    data = b"%%PDF-1.7\n4 0 obj\n<< /Type /ObjStm /N 3 /First %d /Filter /FlateDecode /Length %d >>\n" % (
        len(header),
        len(packed),
    )
    data += b"stream\n" + packed + b"\nendstream\nendobj\n"
    entries = b"".join(
        bytes(entry) for entry in [(0, 0, 0), (2, 4, 0), (2, 4, 1), (2, 4, 2), (1, 9, 0), (1, len(data) % 256, 0)]
    )
    data += b"5 0 obj\n<< /Type /XRef /Size 6 /W [1 1 1] /Root 1 0 R /Length %d >>\nstream\n" % len(entries)
    data += entries + b"\nendstream\nendobj\nstartxref\n99999\n%%EOF\n"
    with pytest.raises(PdfminerException, match="Root"):
        pdfplumber.open(io.BytesIO(data))
    assert len(words_of(data)) == 1


# ---- pages broken one by one


def broken(number: int, old: bytes, new: bytes) -> bytes:
    """The three pages with the first `old` of page `number` replaced; offsets stay right by padding."""
    at = THREE_PAGES.index(old, THREE_PAGES.index(f"\n{8 + 2 * number} 0 obj".encode()))
    assert len(new) <= len(old)
    return THREE_PAGES[:at] + new.ljust(len(old)) + THREE_PAGES[at + len(old) :]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<< /Type /Page /Parent", b">> /Type [Page )/Parent"[:22]),
        (b"12 0 obj", b"99 9 obj"),
        (b"<< /Type /Page", b"(not a page)  "),
    ],
    ids=["not a dictionary", "not in the file", "another kind of object"],
)
def test_a_broken_page_leaves_the_others_their_numbers(old: bytes, new: bytes) -> None:
    assert words_of(broken(2, old, new)) == ["別紙事", "?", "別紙事業名"]


@pytest.mark.parametrize("box", [b"[0 0 0 0]", b"[0 0 400]", b"null", b"(A4)", b"[/a /b /c]"])
def test_a_page_without_a_usable_size_is_read_as_readers_show_it(box: bytes) -> None:
    with open_pdf(broken(2, b"[0 0 400 300]", box)) as pdf:
        assert [(page.width, page.height) for page in pdf.pages] == [(400, 300), (612, 792), (400, 300)]
        assert len(read_page(pdf.pages[1]).glyphs) == 4


def test_a_turn_that_is_none_counts_as_upright() -> None:
    with open_pdf(pdf_bytes("", page="/Rotate /Left")) as pdf:
        assert pdf.pages[0].rotation == 0


def test_a_page_tree_that_goes_in_a_circle_ends() -> None:
    assert len(words_of(THREE_PAGES.replace(b"[10 0 R 12 0 R 14 0 R]", b"[10 0 R  2 0 R 14 0 R]"))) == 2


def test_a_page_tree_deeper_than_the_stack_is_walked() -> None:
    depth = 3000
    nodes = "".join(f"{n} 0 obj << /Type /Pages /Kids [{n + 1} 0 R] >> endobj\n" for n in range(2, depth))
    data = (
        f"%PDF-1.7\n1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj\n{nodes}{depth} 0 obj << /Type /Page >> endobj\n"
    )
    assert words_of(f"{data}trailer << /Root 1 0 R >>\nstartxref\n0\n%%EOF".encode()) == [""]


def test_an_unreadable_page_says_so_when_it_is_read() -> None:
    with open_pdf(broken(2, b"12 0 obj", b"99 9 obj")) as pdf, pytest.raises(Malformed, match="page 2"):
        read_page(pdf.pages[1])


def test_all_pages_broken_is_a_malformed_document() -> None:
    with pytest.raises(Malformed), open_pdf(re.sub(rb"\n1([024]) 0 obj", rb"\n9\1 9 obj", THREE_PAGES)):
        pass


# ---- locked files

PADDING = bytes.fromhex("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a")


def locked(user: bytes, owner: bytes) -> bytes:
    """The one-page PDF under the standard 40-bit lock (PDF 1.7, 7.6.3): enough to be refused without a password."""
    file_id, permissions = b"0123456789abcdef", -4
    for_owner = Arcfour(hashlib.md5((owner + PADDING)[:32]).digest()[:5]).process((user + PADDING)[:32])
    seed = (user + PADDING)[:32] + for_owner + permissions.to_bytes(4, "little", signed=True) + file_id
    key = hashlib.md5(seed).digest()[:5]
    for_user = Arcfour(key).process(PADDING)
    lock = f"/Encrypt << /Filter /Standard /V 1 /R 2 /P {permissions} /O <{for_owner.hex()}> /U <{for_user.hex()}> >>"
    trailer = f"trailer << {lock} /ID [<{file_id.hex()}> <{file_id.hex()}>]".encode()

    def sealed(match: re.Match[bytes]) -> bytes:
        own = hashlib.md5(key + int(match[1]).to_bytes(3, "little") + b"\0\0").digest()[:10]
        return match[0][: match.start(2) - match.start()] + Arcfour(own).process(match[2]) + b"\nendstream"

    one_page = pdf_bytes(show(WORDS, WORDS, 50, 200), characters=WORDS)
    sealed_streams = re.sub(rb"(\d+) 0 obj\n<< /Length \d+ >>\nstream\n(.*?)\nendstream", sealed, one_page, flags=re.S)
    return sealed_streams.replace(b"trailer <<", trailer, 1)


def test_a_file_that_needs_a_password_says_so_and_opens_with_it() -> None:
    data = locked(b"himitsu", b"owner")
    with pytest.raises(Encrypted), open_pdf(data):
        pass
    assert words_of(data, "himitsu") == [WORDS]


def test_a_file_locked_only_against_changes_opens() -> None:
    assert words_of(locked(b"", b"owner")) == [WORDS]


def test_a_lock_that_nobody_knows_says_it_is_locked() -> None:
    with pytest.raises(Encrypted), open_pdf(locked(b"", b"owner").replace(b"/Standard", b"/Special ")):
        pass


# ---- anything at all


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_bytes_changed_at_random_give_pages_or_a_typed_error(data: st.DataObject) -> None:
    sheet = pypdfium2.PdfDocument.new()
    sheet.new_page(300, 400)
    saved = io.BytesIO()
    sheet.save(saved)
    changed = bytearray(data.draw(st.sampled_from([THREE_PAGES, saved.getvalue(), locked(b"", b"o")])))
    for _ in range(data.draw(st.integers(1, 12))):
        at = data.draw(st.integers(0, len(changed) - 1))
        changed[at : at + data.draw(st.integers(0, 30))] = data.draw(st.binary(max_size=20))
    with suppress(EmptyFile, NotAPdf, Malformed, Encrypted, NoPages), open_pdf(bytes(changed)) as pdf:
        assert any(not isinstance(page, UnreadablePage) for page in pdf.pages)
