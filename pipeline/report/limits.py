"""How much the report shows: small collections whole, large ones counted, with what was left out said beside."""

from __future__ import annotations

SURE = 0.9
"""A value below this confidence is drawn as doubtful."""

UNITS_AT_MOST = 400
"""Up to so many cases, each is a mark of its own; beyond, a tally is a bar."""

EXAMPLES = 3
"""Marks that a bar keeps, as examples of what it counts."""

TALLIES = 25
"""Rows of one figure; the rest are counted."""

MAP_CASES = 48
"""Up to so many cases with controls, each is a column of the map; beyond, groups of cases are."""

MAP_BESIDE = 16
"""Up to so many columns, the titles of the cases have room beside the map."""

MAP_GROUPS = 12
"""Columns of the map where they are groups."""

MAP_CONTROLS = 90
"""Rows of the map, the controls that most cases have."""

ITEMS_OF_A_CATEGORY = 15
"""Items shown of one category; those that the law singles out are shown beyond it."""

COUNT_CASES = 80
"""Up to so many cases with counts, each is a row on the scale; beyond, counts are gathered into steps of it."""

LARGEST = 25
"""The largest counts that are named where counts are gathered."""

FLOWS = 24
"""Flows that are drawn."""

LISTED_CASES = 500
"""Rows of the list of cases."""

LISTED_DOCUMENTS = 200
"""Rows of the list of documents."""
