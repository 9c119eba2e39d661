"""Which label stands at which arrow: distances as costs, and the assignment that is cheapest altogether.

Nearest-first goes wrong where parallel arrows each have a label between them; so all labels and arrows of a drawing
are weighed at once. Points, origin upper left.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from extractors.diagrams.arrows import Wire
from extractors.diagrams.geometry import Point, box_to_stroke, crosses, nearest_on, sides
from extractors.diagrams.outlines import Outline
from extractors.diagrams.texts import Block
from extractors.pages.geometry import Box

FAR = 5.0
"""A label stands no further from its arrow than this many of its character heights."""

WALL = 40.0
"""What a box's side between a label and an arrow costs, in points."""


def label_cost(block: Block, wire: Wire, outlines: Sequence[Outline], own: Box | None = None) -> float:
    """What speaks against the label belonging to the connector, in points; infinite where it is too far.

    `own` is the box that the label is written in, if it has one of its own: its sides are no wall.
    """
    box = own or block.box
    limit = FAR * block.size
    best = math.inf
    reach = box.grown(limit)
    for a, b in pairwise(wire.points):
        if not _meet(reach, a, b):
            continue
        away = box_to_stroke(box, a, b)
        if away > limit:
            continue
        cost = away + _beside(box, a, b)
        if away > 0:
            here, there = _nearest_points(box, a, b)
            walls = sum(
                _between(here, there, outline.box)
                for outline in outlines
                if outline.box != own and _meet(outline.box.grown(1.0), here, there)
            )
            cost += WALL * walls
        best = min(best, cost)
    return best if best <= limit + 0.5 * WALL else math.inf


def _meet(box: Box, a: Point, b: Point) -> bool:
    """Whether the box around the stroke touches the box: a quick look before the slow one."""
    return (
        min(a[0], b[0]) <= box.x1
        and max(a[0], b[0]) >= box.x0
        and min(a[1], b[1]) <= box.bottom
        and max(a[1], b[1]) >= box.top
    )


def _beside(box: Box, a: Point, b: Point) -> float:
    """What it costs that the label's middle lies off the end of the stroke rather than beside it."""
    x, y = box.centre
    across = abs(b[0] - a[0]) >= abs(b[1] - a[1])
    low, high = (min(a[0], b[0]), max(a[0], b[0])) if across else (min(a[1], b[1]), max(a[1], b[1]))
    at = x if across else y
    return 0.6 * max(low - at, at - high, 0.0)


def _nearest_points(box: Box, a: Point, b: Point) -> tuple[Point, Point]:
    centre = box.centre
    there = nearest_on(centre, a, b)
    for _ in range(3):
        here = (min(max(there[0], box.x0), box.x1), min(max(there[1], box.top), box.bottom))
        there = nearest_on(here, a, b)
    return here, there


def _between(p: Point, q: Point, box: Box) -> bool:
    """Whether a side of the box lies between the two points."""
    if max(abs(p[0] - q[0]), abs(p[1] - q[1])) < 0.5:
        return False
    if box.holds_point(*p) == box.holds_point(*q) and not box.grown(-1).holds_point(*q):
        return any(crosses(p, q, c, d) for c, d in sides(box)) and not box.holds_point(*p)
    return box.holds_point(*p) != box.grown(-1.0).holds_point(*q)


def assign(costs: Sequence[Sequence[float]]) -> list[int | None]:
    """For each row the column that it gets, each column at most once, so that as many rows as can be get one and the
    sum is least; None for a row that gets none. An infinite cost is a pair that cannot be."""
    rows, columns = len(costs), max((len(row) for row in costs), default=0)
    if rows == 0 or columns == 0:
        return [None] * rows
    never = 1e6
    if rows * columns > 40_000:
        return _greedy(costs)
    # one column more for each row, which means: no arrow
    table = [
        [min(cost, never * 2) for cost in row] + [never if k == n else never * 2 for k in range(rows)]
        for n, row in enumerate(costs)
    ]
    return [
        column if column < columns and costs[n][column] < math.inf else None
        for n, column in enumerate(_hungarian(table))
    ]


def _hungarian(table: list[list[float]]) -> list[int]:
    """The cheapest assignment of every row to a column of its own (Kuhn and Munkres, with potentials)."""
    n, m = len(table), len(table[0])
    u, v = [0.0] * (n + 1), [0.0] * (m + 1)
    owner, way = [0] * (m + 1), [0] * (m + 1)
    for i in range(1, n + 1):
        owner[0], j0 = i, 0
        least, used = [math.inf] * (m + 1), [False] * (m + 1)
        while True:
            used[j0] = True
            i0, delta, j1 = owner[j0], math.inf, 0
            for j in range(1, m + 1):
                if used[j]:
                    continue
                slack = table[i0 - 1][j - 1] - u[i0] - v[j]
                if slack < least[j]:
                    least[j], way[j] = slack, j0
                if least[j] < delta:
                    delta, j1 = least[j], j
            for j in range(m + 1):
                if used[j]:
                    u[owner[j]] += delta
                    v[j] -= delta
                else:
                    least[j] -= delta
            j0 = j1
            if owner[j0] == 0:
                break
        while j0:
            j1 = way[j0]
            owner[j0] = owner[j1]
            j0 = j1
    columns = [0] * n
    for j in range(1, m + 1):
        if owner[j]:
            columns[owner[j] - 1] = j - 1
    return columns


def _greedy(costs: Sequence[Sequence[float]]) -> list[int | None]:
    pairs = sorted((cost, n, m) for n, row in enumerate(costs) for m, cost in enumerate(row) if cost < math.inf)
    got: dict[int, int] = {}
    gone: set[int] = set()
    for _, n, m in pairs:
        if n not in got and m not in gone:
            got[n] = m
            gone.add(m)
    return [got.get(n) for n in range(len(costs))]
