"""What stands beside an item of the notes: its live page, its example script, its picture.

Nothing is imported: pages and scripts are read as text.

Notes: §1.7, §1.8
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from pellucid.notes_map.records import Item, items
from pellucid.notes_map.references import Reference, references_in

SOURCE = Path(__file__).parents[1]
PAGES = SOURCE / "lab" / "pages"
EXAMPLES = SOURCE.parents[1] / "examples"
# The two settings of a page that are read here: one text each, or several in a row.
ITEM_PICTURES = re.compile(r'^    (name|notes)=((?:\s*"[^"\n]*")+),', re.MULTILINE)


@cache
def lab_pages() -> dict[str, tuple[Reference, ...]]:
    """Each page of the lab with the references of its `notes`, in the order of the chapters."""
    found = {}
    for path in sorted(PAGES.glob("*/*.py"), key=lambda p: (p.parent.name != "appendix_a", p)):
        text = path.read_text(encoding="utf-8")
        # The page itself stands last in its file.
        said = {key: ast.literal_eval(f"({value})") for key, value in ITEM_PICTURES.findall(text)}
        if said.keys() >= {"name", "notes"}:
            found[said["name"]] = tuple(references_in(said["notes"]))
    return found


def lab_page(references: str | Iterable[Reference]) -> str:
    """The live page that shows the idea of some references; empty when there is none.

    Parameters
    ----------
    references : str or iterable of Reference
        Such as "§2.4, KE 47".

    Returns
    -------
    str
        The page that shares most: a box counts more than a section, a section more than the one
        that holds it.

    Examples
    --------
    >>> lab_page("§2.4"), lab_page("KE 71"), lab_page("§1.7")
    ('random-tries', 'lambda', '')

    Notes: §1.7
    """
    asked = references_in(references) if isinstance(references, str) else list(references)
    scores = {name: sum(_shared(r, own) for r in asked) for name, own in lab_pages().items()}
    best = max(scores, key=lambda name: scores[name], default="")
    return best if best and scores[best] > 0 else ""


def _shared(reference: Reference, page_references: tuple[Reference, ...]) -> int:
    """How much a reference says for a page: 6 for its box, 3 for its section, 1 for one inside."""
    if reference.to == "box":
        return 6 * any(r.to == "box" and r.number == reference.number for r in page_references)
    if reference.to != "section":
        return 0
    sections = [r.number for r in page_references if r.to == "section" and "." in r.number]
    if reference.number in sections:
        return 3
    return int(any(reference.number.startswith(f"{number}.") for number in sections))


def page_of(item: Item) -> str:
    """The live page of an item; empty when there is none."""
    boxes = [Reference("box", str(number)) for number in sorted(item.box_numbers)]
    return lab_page([*boxes, Reference("section", item.section)])


def picture_of(item: Item) -> str:
    """The picture that shows an item, "module:name"; empty when none is drawn.

    Of the figures of its section, or with a box of its own, the one that shares most boxes.
    """
    own = item.box_numbers
    drawn = [
        (len(boxes & own), figure)
        for figure, boxes in _figures()
        if figure.section == item.section or boxes & own
    ]
    return max(drawn, key=lambda each: each[0])[1].object if drawn else ""


@cache
def _figures() -> tuple[tuple[Item, frozenset[int]], ...]:
    """The figures that are drawn, with the numbers of their boxes."""
    return tuple(
        (item, item.box_numbers)
        for item in items()
        if item.tag == "figure" and item.object.startswith("pellucid.pictures")
    )


@cache
def _users() -> dict[str, list[str]]:
    """The example scripts in which each word stands, where the sources are at hand."""
    found: dict[str, list[str]] = {}
    for path in sorted(EXAMPLES.glob("chapter_*/*.py")):
        for word in set(re.findall(r"\w+", path.read_text(encoding="utf-8"))):
            found.setdefault(word, []).append(path.relative_to(EXAMPLES.parent).as_posix())
    return found


def example_of(item: Item) -> str:
    """The example script that uses the object of an item, its own chapter's first; else empty."""
    name = item.object.partition(":")[2].partition(".")[0]
    if not name:
        return ""
    own = f"examples/chapter_{item.section.partition('.')[0]}/"
    return min(_users().get(name, []), key=lambda at: not at.startswith(own), default="")
