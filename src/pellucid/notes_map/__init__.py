"""The map from the notes to the code: what is asked, what is built, and where.

`boxes()` and `sections()` index the notes; `items()` lists everything that the specification asks
for, each *built* (with the object that does it and the test that settles it) or *open*.

How code and tests cite the notes
---------------------------------
- A docstring in `src` carries a line `Notes: KE 71, §2.6.10, eq 2.61`. A box is cited by its kind
  (KE, Def, Concept, Notation, Clar, Theorem, Remark) and number, a section by § and an equation
  by eq.
- A test of an item names the item's id in its docstring, or in a comment inside the test or right
  above it, such as "2.6.10-two-points: θ = 4/3". Where it does not, a box or section cited there
  ("KE 71", "§2.6.10") or in the test's name (`test_ke_71`, `test_2_6_10_two_points`) makes the
  test a candidate.

How the map is filled
---------------------
`python -m pellucid.notes_map.audit` lists, for each open item, the objects and tests that cite its
boxes or its section; `--propose` writes the best of them as CSV (id, object, test), to be read and
corrected; `--fill FILE` checks that every object and test exists and writes them into the map.

Notes: §1.7, §1.8
"""

from pellucid.notes_map.citations import Citation, references_in_source, references_in_tests
from pellucid.notes_map.illustrations import lab_page
from pellucid.notes_map.listing import as_records, render
from pellucid.notes_map.records import (
    Box,
    Equation,
    Item,
    Section,
    boxes,
    items,
    sections,
    terms,
)
from pellucid.notes_map.references import Reference, find, parse_references, references_in

__all__ = [
    "Box",
    "Citation",
    "Equation",
    "Item",
    "Reference",
    "Section",
    "as_records",
    "boxes",
    "find",
    "items",
    "lab_page",
    "parse_references",
    "references_in",
    "references_in_source",
    "references_in_tests",
    "render",
    "sections",
    "terms",
]
