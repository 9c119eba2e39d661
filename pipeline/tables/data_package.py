"""The declaration of the tables in the forms that others read: `datapackage.json` and the page `docs/tables.md`.

`python -m pipeline.tables.data_package docs/tables.md` writes the page anew.
"""

from __future__ import annotations

import datetime
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa

from pipeline.files import write_whole
from pipeline.tables.read import read_table
from pipeline.tables.schema import DOCUMENTS, Column, ForeignKey, Table, declaration, tables

PACKAGE_FILE = "datapackage.json"
PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"

SOURCE = ("publisher", "source_url")
"""The columns of `documents` that say where the papers are from."""

FIELD_TYPES = {"places": "array", "points": "array"}
"""Types that the Data Package standard calls otherwise."""

PRESENCE = {
    "required": ("必ず", "always"),
    "expected": ("通常あり", "usually"),
    "nullable": ("空あり", "may be empty"),
}
TYPES = {
    "string": ("文字列", "text"),
    "integer": ("整数", "integer"),
    "number": ("小数", "number"),
    "boolean": ("真偽", "boolean"),
    "date": ("日付", "date"),
    "places": ("位置の一覧", "list of places"),
    "points": ("点の一覧", "list of points"),
}


def package(files: Mapping[str, list[str]], sources: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The descriptor of the tables after the Data Package standard (datapackage.org), version 2.

    `files` names the part files of each table that is a folder; `sources` has the `publisher` and `source_url` of the
    papers. Titles and descriptions are Japanese; the English ones stand beside them as `title_en`, `description_en`.
    """
    resources = [
        {
            "name": table.name,
            "type": "table",
            "path": files.get(table.name, f"{table.name}.parquet"),
            "format": "parquet",
            "mediatype": "application/vnd.apache.parquet",
            **_words(table),
            "schema": table_schema(table),
        }
        for table in tables().values()
    ]
    return {**about(sources), "resources": resources}


def about(sources: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What the descriptor says of the whole, in whichever format the tables are: all but `resources`."""
    said = declaration()
    return {
        "$schema": PROFILE,
        "name": "besshi",
        **_words(said),
        "rights": said.rights,
        "rights_en": said.rights_en,
        "licenses": [dict(licence) for licence in said.licenses],
        **({"sources": listed} if (listed := [_source(source) for source in sources]) else {}),
    }


def package_json(files: Mapping[str, list[str]], sources: Sequence[Mapping[str, Any]]) -> bytes:
    """`package` as the bytes of `datapackage.json`."""
    return orjson.dumps(package(files, sources), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def table_schema(table: Table) -> dict[str, Any]:
    """A table's columns and keys after the Table Schema standard.

    `optionalForeignKeys`, which the standard lacks, are of the form of `foreignKeys` and hold where no part is empty.
    """
    # Parquet knows empty values of its own, so no string stands for one: "" is a text without words.
    schema: dict[str, Any] = {"fields": [_field(column) for column in table.columns], "missingValues": []}
    if table.key:
        schema["primaryKey"] = list(table.key)
    empty = {column.name for column in table.columns if not column.required}
    for key in table.foreign_keys:
        # The standard does not say what of a key that is empty in part; validators take it for one that points nowhere.
        name = "optionalForeignKeys" if len(key.columns) > 1 and empty & set(key.columns) else "foreignKeys"
        schema.setdefault(name, []).append(_foreign_key(key, table))
    return schema


def sources_in(documents: pa.Table) -> list[dict[str, Any]]:
    """Whose papers, and from which addresses, the rows of `documents` are: each `SOURCE` once, in order."""
    found: list[dict[str, Any]] = documents.group_by([*SOURCE]).aggregate([]).to_pylist()
    return sorted(found, key=lambda row: tuple(row[name] or "" for name in SOURCE))


def sources_of_tables(out: Path) -> list[dict[str, Any]]:
    """`sources_in` the tables of `out`. Raises FileNotFoundError."""
    return sources_in(read_table(out, DOCUMENTS, SOURCE))


def _source(source: Mapping[str, Any]) -> dict[str, Any]:
    # The standard wants a title; the publisher of a paper may be unknown, and its address where it was read from disk.
    title = source["publisher"] or source["source_url"] or "不明 / unknown"
    return {"title": title, **({"path": source["source_url"]} if source["source_url"] else {})}


def _field(column: Column) -> dict[str, Any]:
    field: dict[str, Any] = {"name": column.name, "type": FIELD_TYPES.get(column.type, column.type), **_words(column)}
    if column.example is not None:
        field["example"] = _plain(column.example)
    limits = {
        "required": column.required or None,
        "enum": list(column.enum) or None,
        "minimum": column.minimum,
        "maximum": column.maximum,
        "pattern": column.pattern,
    }
    if constraints := {name: limit for name, limit in limits.items() if limit is not None}:
        field["constraints"] = constraints
    return field


def _foreign_key(key: ForeignKey, table: Table) -> dict[str, Any]:
    # The standard names the resource only where it is another one.
    resource = {} if key.table == table.name else {"resource": key.table}
    return {"fields": list(key.columns), "reference": {**resource, "fields": list(key.references)}}


def _words(named: Any) -> dict[str, str]:
    return {key: getattr(named, key) for key in ("title", "title_en", "description", "description_en")}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime.date) else value


def page() -> str:
    """The data dictionary as a Markdown page, Japanese first and English beside it."""
    return "\n".join(_page_lines()) + "\n"


def _page_lines() -> Iterator[str]:
    said = declaration()
    yield "<!-- Made by `python -m pipeline.tables.data_package docs/tables.md` from tables.toml: change that. -->"
    yield "# 表の説明 / The tables"
    yield from ("", said.description, "", said.description_en, "")
    yield from _HOW_TO_READ.splitlines()
    yield from ("", "| 表 / Table | 内容 | What it holds |", "|---|---|---|")
    for table in said.tables.values():
        yield f"| [`{table.name}`](#{table.name}) | {table.title} | {table.title_en} |"
    evidence, office = _evidence(), _office()
    yield from ("", *_OFFICE.splitlines(), "")
    yield from _column_lines(office)
    yield from ("", *_EVIDENCE.splitlines(), "")
    yield from _column_lines(evidence)
    for table in said.tables.values():
        yield from ("", f"## {table.name}", "", f"**{table.title} / {table.title_en}**", "")
        yield from (table.description, "", table.description_en, "")
        yield from _key_lines(table)
        names = {column.name for column in evidence}
        ends_in_evidence = names <= set(table.column_names)
        elsewhere = (names if ends_in_evidence else set()) | (set(table.office) if table.name != DOCUMENTS else set())
        yield from _column_lines(column for column in table.columns if column.name not in elsewhere)
        if table.name != DOCUMENTS:
            yield from ("", "＋ [公表者と年度の列 / the columns of the office](#office)")
        if ends_in_evidence:
            empty = "" if table.columns[-1].required else "（空のことがある / may be empty）"
            yield from ("", f"＋ [根拠の列 / the columns of evidence](#evidence){empty}")


def _evidence() -> list[Column]:
    """The columns that close every table of facts, from a table where they are always filled."""
    columns = declaration().tables["cases"].columns
    return list(columns[[column.name for column in columns].index("page") :])


def _office() -> list[Column]:
    """The columns that say whose paper of which year a row is from, which every table but `documents` has."""
    table = declaration().tables["cases"]
    return [column for column in table.columns if column.name in table.office]


def _key_lines(table: Table) -> Iterator[str]:
    lines = []
    if table.key:
        lines.append(f"- 主キー / Key: {_names(table.key)}")
    for key in table.foreign_keys:
        lines.append(f"- {_names(key.columns)} → `{key.table}` ({_names(key.references)})")
    if lines:
        yield from (*lines, "")


def _column_lines(columns: Iterable[Column]) -> Iterator[str]:
    yield "| 列 / Column | 型 / Type | 有無 / Presence | 説明 | Description | 例 / Example |"
    yield "|---|---|---|---|---|---|"
    for column in columns:
        cells = (
            f"`{column.name}`<br>{column.title}<br>{column.title_en}",
            "<br>".join(TYPES[column.type]) + _limits(column),
            "<br>".join(PRESENCE[column.presence]),
            column.description,
            column.description_en,
            _example(column),
        )
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _limits(column: Column) -> str:
    if column.enum:
        return "<br>" + ", ".join(f"`{value}`" for value in column.enum)
    if column.minimum is not None and column.maximum is not None:
        return f"<br>{column.minimum:g}–{column.maximum:g}"
    return f"<br>≥ {column.minimum:g}" if column.minimum is not None else ""


def _example(column: Column) -> str:
    if column.example is None:
        return ""
    if isinstance(column.example, bool):
        return f"`{str(column.example).lower()}`"
    return f"`{_plain(column.example)}`"


def _names(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


_HOW_TO_READ = """\
## 読み方 / How to read this page

表は `output/tables/` に Parquet で書かれ、1 行で読み込める。

Each table is a Parquet file in `output/tables/` and loads in one line.

```python
import pandas

cases = pandas.read_parquet("output/tables/cases.parquet")
```

列の「有無」は次のとおり。 / What *Presence* says of a column:

- **必ず / always** — 空になることはない。 / It is never empty.
- **通常あり / usually** — 資料に書かれているはずの値。その部分が資料にないか、読み取れなかったときだけ空になる。 /
  The document should say it; it is empty only where that part is missing or could not be read.
- **空あり / may be empty** — 資料が述べていなければ空。 / Empty where the document does not say it.

空のある整数の列は、pandas では小数（`12.0` と `NaN`）として読まれる。`.astype("Int64")` で整数に戻る。

pandas reads a column of integers with empty ones among them as floats (`12.0` and `NaN`); `.astype("Int64")` makes
them integers again.

行の順番はいつも同じで、文書は公表者のコード・年度（どちらも不明なものは最後）・ファイル名の順、文書の中では書かれている順に並ぶ。

Rows always come in the same order: documents by the publisher's code, fiscal year (unknown ones last) and file name,
and what is in a document in the order in which it stands there.

大きな表（既定では100万行を超えるもの）は、一つのファイルではなく、同じ名前のフォルダーになる。読み方は変わらない
（[大きな集まり](large-collections.md)）。

A large table (of more than a million rows, unless set otherwise) is a folder of that name in place of a file, and is
read in the same way ([large collections](large-collections.md)).

読み取った全体は `output/archive/<document_id>/` に残り、表はすべてここから作り直せる。

All that was read is kept in `output/archive/<document_id>/`; every table can be made from it again.

| ファイル / File | 内容 | What it holds |
|---|---|---|
| `document.pdf` | 元のままの PDF | The PDF, unchanged |
| `sources.json` | 届いたときの名前と取得元 | The names and addresses under which it came |
| `reading.json` | 読み取った構造（ページ、表、枠） | The structure as recognised: pages, tables, boxes |
| `rows.json` | この文書の、各表の行 | The document's rows of each table |

## 表の一覧 / List of tables"""

_OFFICE = """\
## 公表者と年度の列 / The columns of the office
<a id="office"></a>

`documents` を除くすべての表にある。表をつながなくても自治体ごとに絞り込め、その自治体の部分だけが読まれる。

Every table but `documents` has them, so that a query over one office needs no join and reads only its part.
"""

_EVIDENCE = """\
## 根拠の列 / Evidence
<a id="evidence"></a>

`documents` と `pages` を除くすべての表は、次の列で終わる。どこから、どうやって、どれほど確かに読み取ったかを示す。

Every table but `documents` and `pages` closes with these columns: where a row was read, how, and how surely.
"""


def main() -> None:
    """Write the page to the file named on the command line."""
    if len(sys.argv) != 2:
        sys.exit("使い方 / usage: python -m pipeline.tables.data_package docs/tables.md")
    write_whole(Path(sys.argv[1]), page().encode())


if __name__ == "__main__":
    main()
