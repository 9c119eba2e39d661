"""The account of one document: its form and why, page by page what was understood, and what by nobody."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from extractors.forms.form import Forms
from extractors.forms.form_file import kind_of
from pipeline.archive.archive import reading_kept, rows_kept
from pipeline.batch.runs import Job, Outcome
from pipeline.batch.workers import OnPage, WorkerPool
from pipeline.extraction import Row
from pipeline.messages import Lang, message

SHORT = 24
"""Characters of a thing nobody took that the account prints."""


@dataclass(frozen=True)
class Account:
    """What was read of one document, as far as its form goes; `reading` and `rows` as the archive keeps them."""

    file_name: str
    rows: Mapping[str, Sequence[Row]]
    reading: Mapping[str, Any]

    @property
    def document(self) -> Row:
        """The document's own row."""
        return self.rows["documents"][0]

    @property
    def pages(self) -> Sequence[Mapping[str, Any]]:
        """The pages as read: `page`, `kind`, `coverage`, `labels`, `not_understood`."""
        pages: Sequence[Mapping[str, Any]] = self.reading["pages"]
        return pages

    def as_json(self, only: int | None = None) -> dict[str, Any]:
        """The account as plain values; of one page where `only` names one."""
        names = ("words", "field", "part", "x0", "top", "x1", "bottom")
        return {
            "file": self.file_name,
            "form": self.reading["form"],
            "coverage": self.document["coverage"],
            "cases": len(self.rows.get("cases", ())),
            "pages": [
                {
                    "page": page["page"],
                    "kind": page["kind"],
                    "coverage": page["coverage"],
                    "labels": [dict(zip(names, label, strict=True)) for label in page["labels"]],
                    "not_understood": page["not_understood"],
                }
                for page in self.pages
                if only in (None, page["page"])
            ],
        }


def account_of_file(path: Path, on_page: OnPage | None = None) -> Account | Outcome:
    """Read a PDF as a batch would, within the same limits, and give its account; what came of it where it is not read.

    Raises FormError for a form that cannot be used.
    """
    with tempfile.TemporaryDirectory(prefix="besshi-") as folder, WorkerPool(Path(folder), 1) as pool:
        outcome = pool.run(Job(str(path), path.name), on_page)
        if not outcome.was_read or outcome.document_id is None:
            return outcome
        kept = Path(folder)
        return Account(path.name, rows_kept(kept, outcome.document_id), reading_kept(kept, outcome.document_id))


def field_name(field: str, lang: Lang) -> str:
    """What a field is called: 件名, 情報保護対策（委託先）."""
    kind = kind_of(field)
    if kind is None:
        return field
    name = (kind.ja if lang == "ja" else kind.en).partition("（")[0]
    own = field.partition(":")[2]
    return f"{name}({own})" if own else name


def account_lines(account: Account, forms: Forms, lang: Lang, only: int | None = None) -> Iterator[str]:
    """The account in words, line by line; of one page where `only` names one."""
    yield from _head(account, forms, lang)
    for page in account.pages:
        if only in (None, page["page"]):
            yield ""
            yield from _page(page, lang)
    if only is None and any(page["not_understood"] for page in account.pages):
        yield ""
        yield message("forms.check_next", lang, file=account.file_name)


def _head(account: Account, forms: Forms, lang: Lang) -> Iterator[str]:
    form = account.reading["form"]
    taken = forms.named(form["name"])
    title = taken.title_ja if lang == "ja" else taken.title_en
    yield message("forms.check_title", lang, file=account.file_name, pages=account.document["page_count"])
    reason = form["reason"] if lang == "ja" else _reason_en(form)
    yield message("forms.check_form", lang, name=form["name"], title=title, reason=reason)
    for fit in form["fits"]:
        if fit["name"] != form["name"]:
            names = "、".join(fit["names"]) or message("forms.nothing", lang)
            yield message("forms.check_other", lang, name=fit["name"], labels=len(fit["labels"]), names=names)
    cases = len(account.rows.get("cases", ()))
    yield message("forms.check_share", lang, share=_percent(account.document["coverage"], lang), cases=cases)


def _reason_en(form: Mapping[str, Any]) -> str:
    fit = next((fit for fit in form["fits"] if fit["name"] == form["name"]), None)
    if fit is None:
        return message("forms.because_general", "en")
    labels, names = "、".join(fit["labels"]), "、".join(fit["names"])
    key = "both" if labels and names else "name" if names else "labels"
    return message(f"forms.because_{key}", "en", count=len(fit["labels"]), labels=labels, names=names)


def _page(page: Mapping[str, Any], lang: Lang) -> Iterator[str]:
    kind = message(f"forms.kind_{page['kind']}", lang)
    yield message("forms.check_page", lang, page=page["page"], kind=kind, share=_percent(page["coverage"], lang))
    fields, others = [], []
    for words, field, part, *_ in page["labels"]:
        if field is None:
            continue
        if part in ("list", "sheet"):
            fields.append(f"「{_one_line(words)}」→{field_name(field, lang)}")
        else:
            others.append(f"「{_one_line(words)}」（{message(f'forms.part_{part}', lang)}）")
    if fields:
        yield message("forms.check_matched", lang, labels="　".join(dict.fromkeys(fields)))
    if others:
        yield message("forms.check_others", lang, labels="　".join(dict.fromkeys(others)))
    for one in page["not_understood"]:
        what = message(f"forms.left_{one['kind']}", lang)
        where = message(f"forms.part_{one['part']}", lang) if one["part"] else ""
        yield message("forms.check_left", lang, what=what, where=f"（{where}）" if where else "", words=one["words"])


def _one_line(words: str) -> str:
    plain = words.replace("\n", "")
    return plain if len(plain) <= SHORT else plain[:SHORT] + "…"


def _percent(share: float | None, lang: Lang) -> str:
    return message("forms.no_words", lang) if share is None else f"{100 * share:.0f}%"


def unknown_labels(account: Account) -> Iterable[tuple[int, str, str]]:
    """The labels that no form knows: page, part (`list`, `sheet`) and words."""
    for page in account.pages:
        for one in page["not_understood"]:
            if one["kind"] == "label":
                yield page["page"], one["part"], one["words"]
