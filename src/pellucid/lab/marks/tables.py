"""Pictures of arrays and words: matrices with shapes, images, a drawing pad, arcs, steps, text.

Notes: §1.0.3
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np


def matrix(
    values: Any, name: str = "", *, shape: str = "", term: str = "", colour: str = "",
    rows: Sequence[str] = (), columns: Sequence[str] = (), marked: Sequence[Any] | Any = (),
    faint: Sequence[Any] | Any = (), before: str = "", chooses: str = "", veiled: bool = False,
    top: float | None = None, setting: str = "", digits: int = 3,
) -> dict[str, Any]:  # fmt: skip
    """One matrix: coloured cells with their numbers, its name above and its shape below.

    Parameters
    ----------
    values : array (r, c), (n,) as a column, or Moving of one
        NaN leaves a cell empty. Above 16 rows or columns the numbers are left out.
    name, shape : str
        The shape is r×c unless given.
    rows, columns : sequence of str
        Words at the sides.
    marked, faint : list of [row, column], or Moving of lists
        Cells that stand out, or recede.
    before : str
        What stands to its left: "=", "·", "∘", "+".
    chooses : str
        Name of a text setting that a click on a cell sets to "row,column".
    veiled : bool
        Not computed yet: empty cells.
    top : float
        The size that has the full colour; the largest entry's when not given.
    setting : str
        Name of a matrix setting that these cells are: they can be typed into.
    """
    return {
        "values": values, "name": name, "shape": shape, "term": term, "colour": colour,
        "rows": list(rows), "columns": list(columns), "marked": marked, "faint": faint,
        "before": before, "chooses": chooses, "veiled": veiled, "top": top, "setting": setting,
        "digits": digits,
    }  # fmt: skip


def matrices(
    description: str, items: Sequence[dict[str, Any]], *, note: Any = ""
) -> dict[str, Any]:
    """Matrices side by side, as in a formula; `note` is a sentence below, fixed or Moving."""
    return {"widget": "matrix", "said": description, "items": list(items), "note": note}


def confusion(
    description: str, counts: Any, name: str, *, marked: Any, term: str, note: str
) -> dict[str, Any]:
    """How many rows of two classes, no and yes, get each answer; `marked` cells are framed."""
    rows, columns = ("is no", "is yes"), ("said no", "said yes")
    table = matrix(counts, name, rows=rows, columns=columns, marked=marked, term=term)
    return matrices(description, [table], note=note)


def images(
    description: str, values: Any, titles: Sequence[str] = (), *, columns: int = 6,
    signed: bool = False, low: float | None = None, high: float | None = None, chooses: str = "",
    marked: Any = None,
) -> dict[str, Any]:  # fmt: skip
    """A grid of images.

    Parameters
    ----------
    values : array (n, h, w), list of arrays (h, w), or Moving of them
    titles : sequence of str
    columns : int
        At most so many a row.
    signed : bool
        Colours part at 0, instead of dark to light.
    low, high : float
        The values that are darkest and lightest; the extremes of each image when not given.
    chooses : str
        Name of a whole-number setting that a click sets to the number of the image.
    marked : int or Moving
        The image with a frame.
    """
    return {
        "widget": "images", "said": description, "values": values, "titles": list(titles),
        "columns": columns, "signed": signed, "low": low, "high": high, "chooses": chooses,
        "marked": marked,
    }  # fmt: skip


def pad(
    description: str, values: Any, setting: str, *, low: float = 0.0, high: float = 1.0,
    step: float = 1.0, marked: Any = (), numbers: bool = True, names: Sequence[str] = (),
    also: Mapping[str, Any] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Cells that are drawn on: a signal, an image, a filter.

    Parameters
    ----------
    values : array (h, w)
        What the setting is now.
    setting : str
        Name of the matrix setting that is drawn.
    low, high, step : float
        A stroke sets `high`, a second one on the same cell goes on to `low`; arrow keys walk, +
        and − change by `step`.
    marked : list of [row, column], or Moving of lists
    numbers : bool
        Whether the numbers are written in the cells.
    also : mapping, optional
        Settings that a stroke sets beside, such as whose image is looked at.
    """
    return {
        "widget": "pad", "said": description, "values": np.atleast_2d(values), "setting": setting,
        "low": low, "high": high, "step": step, "marked": marked, "numbers": numbers,
        "names": list(names), "also": dict(also or {}),
    }  # fmt: skip


def arcs(
    description: str, words: Sequence[str], weights: Any, *, targets: Sequence[str] = (),
    term: str = "", chooses: str = "", chosen: int = -1,
) -> dict[str, Any]:  # fmt: skip
    """Arcs between words, as strong as their weights.

    Parameters
    ----------
    words : sequence of str
    weights : array (n, m), or Moving of it
        Row i: how much word i looks at each word (of `targets`, else of `words`).
    chooses : str
        Name of a whole-number setting that a click on a word sets to its number.
    chosen : int
        The word whose arcs stand out; −1 is none.
    """
    return {
        "widget": "arcs", "said": description, "words": list(words), "weights": weights,
        "targets": list(targets), "term": term, "chooses": chooses, "chosen": chosen,
    }  # fmt: skip


def tree(description: str, steps: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Steps one below the other, or inside another.

    Parameters
    ----------
    steps : sequence of dict
        "text", and where there are: "latex" (typeset instead of the text), "note" (the rule),
        "depth" (0 is outermost), "term", "at" (the step t from which it is shown).
    """
    from pellucid.lab.formulas import typeset

    made = []
    for step in steps:
        svg = typeset(step["latex"], step.get("text", step["latex"])) if "latex" in step else None
        made.append({k: v for k, v in step.items() if k != "latex"} | ({"svg": svg} if svg else {}))
    return {"widget": "tree", "said": description, "steps": made}


def text(description: str, parts: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Words with weight.

    Parameters
    ----------
    parts : sequence of dict
        "text", and where there are: "weight" (−1…1, its colour's strength), "term", "note" (small,
        below it), "line" (True starts a new line).
    """
    return {"widget": "text", "said": description, "parts": list(parts)}


def table(
    description: str,
    head: Sequence[str],
    rows: Sequence[Sequence[Any]],
    *,
    marked: int | None = None,
) -> dict[str, Any]:
    """A small table of words and written numbers; its first column names the rows."""
    return {
        "widget": "text", "said": description, "head": list(head), "rows": [list(r) for r in rows],
        "marked": marked,
    }  # fmt: skip
