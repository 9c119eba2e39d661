"""Tables whose cells are boxes of their own: a list or a sheet by its labels, a drawing without them."""

from __future__ import annotations

from drawn_pages import Canvas

from extractors.pages.page import Shape

LIST = [
    ("番号", "件名", "所管課", "審議結果"),
    ("1", "図書の宅配の委託", "総務課", "承認"),
    ("2", "農園の抽選の委託", "農業課", "取下げ"),
]
COLUMNS = ((50, 90), (95, 290), (296, 380), (385, 460))


def tiles(rows: list[tuple[str, ...]], taller: int | None = None) -> Canvas:
    """Rows of rounded boxes; those of one row may hold a taller one."""
    canvas = Canvas()
    for n, row in enumerate(rows):
        top = 100.0 + 40 * n
        for m, (words, (x0, x1)) in enumerate(zip(row, COLUMNS, strict=False)):
            more = 4.0 if n == taller and m == 2 else 0.0
            corners = ((x0, top - more), (x1, top - more), (x1, top + 30 + more), (x0, top + 30 + more))
            canvas.shapes.append(Shape("rounded", corners, None, True))
            canvas.write(words, x0 + 4, top + 10)
    return canvas


def cells(canvas: Canvas) -> list[list[str]]:
    tables = canvas.reading().tables
    return [[reading.text.string for reading in table.row(n)] for table in tables for n in range(table.table.rows)]


def test_boxes_under_the_labels_of_a_list_are_a_table() -> None:
    assert cells(tiles(LIST)) == [list(row) for row in LIST]
    assert cells(tiles(LIST, taller=1)) == [list(row) for row in LIST]


def test_boxes_beside_the_labels_of_a_sheet_are_a_table() -> None:
    rows = [("事業名", "図書の宅配"), ("目的", "便利にする"), ("対象者", "利用者")]
    assert cells(tiles(rows)) == [list(row) for row in rows]


def test_boxes_that_say_no_labels_are_a_drawing() -> None:
    assert cells(tiles([("区", "委託先", "利用者"), ("台帳", "受付", "申込み"), ("保管", "消去", "返却")])) == []
