"""Two versions of a made report: the second one as an office would replace it, with a few things printed otherwise.

python -m tests.replaced_report FOLDER      writes FOLDER/first/report.pdf, second/report.pdf and further/report.pdf
"""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path
from typing import Any

from maker import layout
from maker.description import Item, Report
from maker.drawing import draw
from maker.making import print_pdf

SEED = 6

PLANTED = {
    2: ("９１４人", "９４１人"),
    4: ("承認", "継続審議"),
    5: ("保存データの暗号化", "保存データの匿名化"),
}
"""By case number: what the first version prints, and the second one in its place."""

PUT_IN = 3, "使用場所", "勤務先の名称"
"""Further on, the list of items of this case has another item after the one named."""


def first(folder: Path) -> Path:
    """The report as it was published."""
    return _printed(draw(SEED)[0], folder)


def second(folder: Path) -> Path:
    """The report with the three changes that are planted."""
    return _printed(_changed(draw(SEED)[0]), folder)


def further(folder: Path) -> Path:
    """The second report with one item more in a list."""
    report = _changed(draw(SEED)[0])
    number, before, item = PUT_IN
    case = next(case for case in report.cases if case.number == number)
    assert case.flow is not None
    lists = [actor.items for actor in case.flow.actors if actor.items]
    (own,) = [found for found in lists if any(one.text == before for one in found.items)]
    place = [one.text for one in own.items].index(before)
    own.items.insert(place + 1, Item(item, item, None))
    return _printed(report, folder)


def _changed(report: Report) -> Report:
    cases = [_swapped(case, *PLANTED[case.number]) if case.number in PLANTED else case for case in report.cases]
    return dataclasses.replace(report, cases=cases)


def _swapped(value: Any, old: str, new: str) -> Any:
    """The value with one text put in the place of another wherever it stands."""
    if isinstance(value, str):
        return value.replace(old, new)
    if isinstance(value, list | tuple):
        return type(value)(_swapped(one, old, new) for one in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        return dataclasses.replace(value, **{name: _swapped(one, old, new) for name, one in fields.items()})
    return value


def _printed(report: Report, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    style = draw(SEED)[1]
    path = folder / "report.pdf"
    print_pdf(layout.parts(report, style), style, path)
    return path


if __name__ == "__main__":
    for version in (first, second, further):
        print(version(Path(sys.argv[1]) / version.__name__))
