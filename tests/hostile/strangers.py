"""Files that are locked, would do something, hold something else, or are no PDF."""

from __future__ import annotations

import base64
import gzip
import io
import random
import zipfile
from collections.abc import Iterator

from hostile.making import ANY, BROKEN, PAGE, READ, SOUND, Hostile, deflated, made, stream


def locked() -> Iterator[Hostile]:
    """PDFs that need a password nobody has, or are locked in a way that nobody knows."""
    junk = bytes(range(32)).hex().encode()
    standard = b"/Filter /Standard /P -4 /O <%s> /U <%s> "
    short, long = standard % (junk, junk), standard % (junk + junk[:32], junk + junk[:32])
    filtered = b"/CF << /StdCF << /CFM /%s >> >> /StmF /StdCF /StrF /StdCF "
    keys = b"/OE <%s> /UE <%s> /Perms <%s>" % (junk, junk, junk[:32])
    for name, lock in {
        "RC4, 40 bits": short + b"/V 1 /R 2",
        "RC4, 128 bits": short + b"/V 2 /R 3 /Length 128",
        "AES, 128 bits": short + b"/V 4 /R 4 /Length 128" + filtered % b"AESV2",
        "AES, 256 bits": long + b"/V 5 /R 6 /Length 256" + filtered % b"AESV3" + keys,
        "a handler nobody knows": b"/Filter /Secret /V 1 /R 2",
    }.items():
        yield Hostile(
            f"locked by {name}", made(trailer=b"/ID [<00><00>] /Encrypt << %s >>" % lock), frozenset({"encrypted"})
        )
    for strength in (40, 128):
        for user, right in ((b"himitsu", frozenset({"encrypted"})), (b"", READ)):
            name = f"truly locked, {strength} bits, {'for all' if user else 'against changes'}"
            yield Hostile(name, _locked_by_reportlab(user, strength), right)
    yield Hostile("locked by nothing", made(trailer=b"/Encrypt 99 0 R"), ANY)
    yield Hostile("locked by itself", made(trailer=b"/Encrypt 10 0 R", o10=b"10 0 R"), ANY)


def _locked_by_reportlab(user: bytes, strength: int) -> bytes:
    from reportlab.lib.pdfencrypt import StandardEncryption
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    lock = StandardEncryption(user.decode(), ownerPassword="owner", canPrint=0, canCopy=0, strength=strength)
    canvas = Canvas(out, pagesize=(400, 300), encrypt=lock, invariant=1)
    canvas.drawString(50, 250, "No. 1  2026-11-25")
    canvas.save()
    return out.getvalue()


def active() -> Iterator[Hostile]:
    """Documents that would do something, call somewhere or bring something along: they are read, nothing is done."""
    script = b"<< /S /JavaScript /JS (app.alert\\(1\\); while\\(true\\){}) >>"
    catalogue = b"<< /Type /Catalog /Pages 2 0 R %s >>"
    inner = deflated(SOUND, b"/Type /EmbeddedFile")
    calls = b"http://127.0.0.1:9/"
    for name, changed in {
        "JavaScript on opening": {"o1": catalogue % (b"/OpenAction " + script)},
        "JavaScript by name": {"o1": catalogue % b"/Names << /JavaScript << /Names [(a) 10 0 R] >> >>", "o10": script},
        "JavaScript on each page": {"o7": PAGE[:-2] + b"/AA << /O " + script + b" >> >>"},
        "a program to launch": {"o1": catalogue % b"/OpenAction << /S /Launch /F (/bin/sh) >>"},
        "an address to open": {"o1": catalogue % (b"/OpenAction << /S /URI /URI (" + calls + b") >>")},
        "a form to send": {
            "o1": catalogue % (b"/OpenAction << /S /SubmitForm /F << /FS /URL /F (" + calls + b") >> >>")
        },
        "a file within": {
            "o1": catalogue % b"/Names << /EmbeddedFiles << /Names [(a.pdf) 10 0 R] >> >>",
            "o10": b"<< /Type /Filespec /F (a.pdf) /EF << /F 11 0 R >> >>",
            "o11": inner,
        },
        "a file that bursts within": {
            "o1": catalogue % b"/Names << /EmbeddedFiles << /Names [(a) 10 0 R] >> >>",
            "o10": b"<< /Type /Filespec /F (a) /EF << /F 11 0 R >> >>",
            "o11": deflated(b"\0" * 200_000_000, b"/Type /EmbeddedFile"),
        },
        "an XFA form": {
            "o1": catalogue % b"/AcroForm << /XFA 10 0 R /Fields [] >>",
            "o10": stream(b'<!DOCTYPE x [<!ENTITY a "b"><!ENTITY c SYSTEM "file:///etc/passwd">]><x>&c;</x>'),
        },
        "metadata with an entity": {
            "o1": catalogue % b"/Metadata 10 0 R",
            "o10": stream(
                b'<!DOCTYPE x [<!ENTITY c SYSTEM "file:///etc/passwd">]><x>&c;</x>', b"/Type /Metadata /Subtype /XML"
            ),
        },
        "a portfolio": {"o1": catalogue % b"/Collection << /View /T >>"},
    }.items():
        yield Hostile(f"with {name}", made(**changed), frozenset({"ok"}))
    outside = b"<< /Length 0 /F << /FS /URL /F (%s) >> >>\nstream\n\nendstream" % calls
    yield Hostile("content from outside", made(o8=outside), ANY)
    yield Hostile("content from another file", made(o8=b"<< /Length 0 /F (/etc/passwd) >>\nstream\n\nendstream"), ANY)


def wrapped() -> Iterator[Hostile]:
    """PDFs within something else, and other things under the name of a PDF."""
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr(zipfile.ZipInfo("word/document.xml"), "<w:document/>")
        archive.writestr(zipfile.ZipInfo("report.pdf"), SOUND)
    mail = b"MIME-Version: 1.0\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(SOUND)
    no_pdf = frozenset({"not_a_pdf"})
    for name, data, right in (
        ("a PDF in a ZIP or a Word file", zipped.getvalue(), ANY),
        ("a packed PDF", gzip.compress(SOUND, mtime=0), no_pdf),
        ("a mail with a PDF", mail, no_pdf),
        ("a PDF as UTF-16", SOUND.decode("latin-1").encode("utf-16"), no_pdf),
        ("a PDF as UTF-8", SOUND.decode("latin-1").encode(), READ),
        ("a PDF behind the mark of UTF-8", b"\xef\xbb\xbf" + SOUND, READ),
        ("a page of the web that tells of %PDF", b"<!DOCTYPE html><p>%PDF-1.7 is a format</p>", BROKEN),
        ("a picture", b"\x89PNG\r\n\x1a\n" + bytes(500), no_pdf),
        ("PostScript", b"%!PS-Adobe-3.0\nshowpage\n", no_pdf),
        ("an old Word file", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(5000), no_pdf),
        ("a form of another kind", b"%FDF-1.2\n1 0 obj << /FDF << >> >> endobj trailer << /Root 1 0 R >>", no_pdf),
    ):
        yield Hostile(name, data, frozenset(right))


def carriers() -> Iterator[Hostile]:
    """Documents whose content is not on their pages: a reader must be told that there is more."""
    catalogue = b"<< /Type /Catalog /Pages 2 0 R %s >>"
    held = {"o10": b"<< /Type /Filespec /F (a.pdf) /EF << /F 11 0 R >> >>", "o11": deflated(SOUND)}
    tree = b"/Names << /EmbeddedFiles << /Names [(a.pdf) 10 0 R] >> >>"
    yield Hostile(
        "a portfolio of PDFs", made(o1=catalogue % (tree + b"/Collection << /View /T >>"), **held), READ, True
    )
    yield Hostile("a PDF that brings another", made(o1=catalogue % tree, **held), READ, True)
    kids = {"o12": b"<< /Names [(a.pdf) 10 0 R] >>"}
    deep = b"/Names << /EmbeddedFiles << /Kids [12 0 R 12 0 R] >> >>"
    yield Hostile("a PDF that brings another deeper down", made(o1=catalogue % deep, **held, **kids), READ, True)
    note = PAGE[:-2] + b"/Annots [<< /Type /Annot /Subtype /FileAttachment /Rect [0 0 9 9] /FS 10 0 R >>] >>"
    yield Hostile("a page that another PDF is pinned to", made(o7=note, **held), READ, True)
    form = b"/NeedsRendering true /AcroForm << /XFA [(template) 10 0 R] /Fields [] >>"
    yield Hostile("a form that only its maker shows", made(o1=catalogue % form, o10=stream(b"<template/>")), READ, True)


def no_pdfs() -> Iterator[Hostile]:
    """Files that are none, and nearly none."""
    noise = random.Random("noise").randbytes(20_000)
    for name, data, right in (
        ("nothing", b"", {"empty_file"}),
        ("a page of the web", b"<!DOCTYPE html><html><title>404</title></html>", {"not_a_pdf"}),
        ("noise", noise, {"not_a_pdf"}),
        ("zeros", b"\0" * 100_000, {"not_a_pdf"}),
        ("a ZIP", b"PK\x03\x04" + noise, {"not_a_pdf"}),
        ("a header alone", b"%PDF-1.7\n", {"malformed"}),
        ("a header and noise", b"%PDF-1.7\n" + noise, {"malformed"}),
        ("a header and an end", b"%PDF-1.7\nstartxref\n0\n%%EOF\n", {"malformed", "no_pages"}),
        ("a header and zeros", b"%PDF-1.7\n" + b"\0" * 1_000_000, {"malformed"}),
        ("an end alone", b"%%EOF\n", {"not_a_pdf"}),
        ("a PDF after a page of the web", b"<html>" + SOUND, ANY),
        ("a PDF late in the file", b"\n" * 2000 + SOUND, {"not_a_pdf"}),
        ("two PDFs", SOUND + SOUND, ANY),
        ("a PDF and noise", SOUND + noise, ANY),
        ("a PDF as text", SOUND.replace(b"\n", b"\r\n"), ANY),
        ("a PDF backwards", SOUND[::-1], {"not_a_pdf"}),
        ("a PDF without its references", SOUND[: SOUND.rindex(b"xref\n0")] + b"startxref\n0\n%%EOF\n", ANY),
        ("a catalogue that is a number", made(o1=b"5"), ANY),
        ("a catalogue without pages", made(o1=b"<< /Type /Catalog >>"), ANY),
        ("kids that are a number", made(o2=b"<< /Type /Pages /Kids 5 /Count 1 >>"), ANY),
        ("resources that are a number", made(o9=b"5"), ANY),
        ("a font that is a number", made(o3=b"5"), ANY),
        ("contents that are a number", made(o8=b"5"), ANY),
    ):
        yield Hostile(name, data, frozenset(right))
