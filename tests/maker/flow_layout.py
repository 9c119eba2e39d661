"""Draws a 別紙: boxes for the actors with their lists, arrows between them with the steps beside."""

from __future__ import annotations

from collections import defaultdict

from .blocks import Drawing, Shape
from .description import Actor, Flow, Step
from .style import Style
from .wording import ems

MM = 25.4 / 72
LINE = 1.35


def width_of(text: str, size: float) -> float:
    """The width of a line in millimetres: full-width characters an em, others half of it."""
    return ems(text) * size * MM


def wrap(text: str, size: float, width: float) -> list[str]:
    """The text in lines of at most `width` millimetres; no line begins with a closing mark."""
    lines = [""]
    for c in text:
        if c == "\n" or (width_of(lines[-1] + c, size) > width and c not in "、。，）)】」・ー"):
            lines.append("")
        if c != "\n":
            lines[-1] += c
    return lines


class _Pen:
    """Gathers shapes, with text set line by line from the top."""

    def __init__(self, size: float, controls: str) -> None:
        self.size = size
        self.controls = controls
        self.shapes: list[Shape] = []

    def box(self, x: float, y: float, w: float, h: float, **look: bool | str) -> None:
        self.shapes.append(Shape("box", ((x, y), (x + w, y + h)), **look))  # type: ignore[arg-type]

    def arrow(self, *points: tuple[float, float]) -> None:
        self.shapes.append(Shape("arrow", points))

    def text(self, lines: list[str], x: float, y: float, size: float = 0.0, bold: bool = False) -> float:
        """Set the lines from the top y down; gives the y below them."""
        size = size or self.size
        step = size * MM * LINE
        for line in lines:
            self.shapes.append(Shape("text", ((x, y + size * MM * 1.05),), line, size, bold))
            y += step
        return y


def draw_flow(flow: Flow, style: Style) -> Drawing:
    """The drawing of a flow on the page that the report's look gives it."""
    wide_paper = style.attachment_paper == "landscape"
    page = (420.0, 297.0) if style.paper == "A3" else (297.0, 210.0)
    width, height = page if wide_paper else page[::-1]
    width -= 2 * style.margin + 2
    height -= 2 * style.margin + 26
    pen = _Pen(min(style.size, 9.5), style.controls)
    if flow.upright and not wide_paper:
        _upright(flow, pen, width, height)
    else:
        _beside(flow, pen, width, height)
    return Drawing(width, height, pen.shapes)


def _content(actor: Actor, steps: list[Step], pen: _Pen, x: float, y: float, w: float) -> float:
    """Fill an actor's box from the top; gives the y below its content."""
    size = pen.size
    y = pen.text(wrap(actor.name, size + 1, w - 4), x + 2, y + 2, size + 1, True)
    for step in steps:
        y = pen.text(wrap(f"{_label(step.number)}{step.text}", size, w - 6), x + 3, y + 1.5)
    if actor.items is not None:
        top = y + 3
        inner = x + 3
        lines_y = top + 1.5
        if actor.system:
            lines_y = pen.text([actor.system], inner + 1.5, lines_y)
        heading = actor.items.heading
        if heading:
            lines_y = pen.text([f"【{heading}】"], inner + 1.5, lines_y)
        texts = [item.text for item in actor.items.items]
        if actor.items.style == "comma":
            joined = "、".join(texts) + ("等" if actor.items.is_open else "")
            lines_y = pen.text(wrap(joined, size, w - 9), inner + 1.5, lines_y)
        else:
            for text in texts:
                lines_y = pen.text([f"・{text}"], inner + 1.5, lines_y)
        pen.box(inner, top, w - 6, lines_y - top + 1.5)
        y = lines_y + 1.5
    elif actor.system:
        pen.box(x + 3, y + 3, w - 6, size * MM * LINE + 3)
        pen.text([actor.system], x + 4.5, y + 4.5)
        y += size * MM * LINE + 6
    if actor.controls is not None:
        top = y + 3
        lines_y = top + 1.5
        for text, *_ in actor.controls.entries:
            first, *rest = wrap(f"・{text}", size, w - 9)
            lines_y = pen.text([first], x + 4.5, lines_y)
            for line in rest:
                lines_y = pen.text(["　" + line], x + 4.5, lines_y)
        if pen.controls != "bare":
            pen.box(x + 3, top, w - 6, lines_y - top + 1.5, dashed=pen.controls == "dashed")
        y = lines_y + 1.5
    return y + 3


def _label(number: int) -> str:
    return "①②③④⑤⑥⑦⑧⑨⑩"[number - 1]


def _pairs(flow: Flow) -> dict[tuple[int, int], list[Step]]:
    """The steps of each pair of boxes next to each other."""
    place = {actor.name: n for n, actor in enumerate(flow.actors)}
    found: dict[tuple[int, int], list[Step]] = defaultdict(list)
    for step in flow.steps:
        if step.sender is not None and step.receiver is not None:
            one, other = sorted((place[step.sender], place[step.receiver]))
            found[one, other].append(step)
    return found


def _inside(flow: Flow, actor: Actor) -> list[Step]:
    return [step for step in flow.steps if step.inside == actor.name]


def _beside(flow: Flow, pen: _Pen, width: float, height: float) -> None:
    """Boxes side by side, arrows across the gaps between them, each label above its arrow."""
    size = pen.size
    count = len(flow.actors)
    gap = min(48.0, width * 0.17)
    narrow = width * 0.12
    rest = width - gap * (count - 1) - narrow
    widths = [narrow] + [rest / (count - 1)] * (count - 1)
    x, boxes = 0.0, []
    tops = 6.0
    for actor, w in zip(flow.actors, widths, strict=True):
        bottom = _content(actor, _inside(flow, actor), pen, x, tops, w)
        boxes.append([x, w, bottom])
        x += w + gap
    low = max(72.0, *(box[2] for box in boxes))
    for x, w, _ in boxes:
        pen.box(x, tops, w, low - tops)
    place = {actor.name: n for n, actor in enumerate(flow.actors)}
    for (one, other), steps in _pairs(flow).items():
        left = boxes[one][0] + boxes[one][1]
        right = boxes[other][0]
        y = tops + 6
        for step in steps:
            lines = wrap(f"{_label(step.number)}{step.text}", size, gap - 5)
            y = pen.text(lines, left + 2.5, y) + 1.5
            ends = ((left, y), (right, y))
            pen.arrow(*(ends if place[step.sender or ""] == one else ends[::-1]))
            y += 7
    _ = height


def _upright(flow: Flow, pen: _Pen, width: float, _height: float) -> None:
    """Boxes one below another, arrows down and up in the gaps, each label to the right of its arrow."""
    size = pen.size
    y, x, w = 4.0, width * 0.08, width * 0.84
    spans = []
    gap = 24.0
    for actor in flow.actors:
        top = y
        bottom = _content(actor, _inside(flow, actor), pen, x, top, w)
        pen.box(x, top, w, bottom - top)
        spans.append((top, bottom))
        y = bottom + gap
    place = {actor.name: n for n, actor in enumerate(flow.actors)}
    for (one, other), steps in _pairs(flow).items():
        start, end = spans[one][1], spans[other][0]
        at = x + 10
        for step in steps:
            ends = ((at, start), (at, end))
            pen.arrow(*(ends if place[step.sender or ""] == one else ends[::-1]))
            pen.text(wrap(f"{_label(step.number)}{step.text}", size, w / 2 - 22), at + 3, start + 5)
            at += w / 2
