"""Pictures on two axes: contour, curve, fit, boundary, clusters, bars, histogram, number line.

`plane` takes marks; later ones lie on top. Any value of a mark may be `Moving`. A mark belongs to a
term (`term=`), whose colour it takes and with which it lights up, or to a colour (`colour=`).

Notes: §1.0.3
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from pellucid.lab.scene import Moving

Mark = dict[str, Any]
Box = tuple[float, float, float, float]


def plane(
    description: str,
    marks: Sequence[Mark],
    *,
    box: Box,
    x: str = "",
    y: str = "",
    height: float = 0.7,
    equal: bool = False,
    logs: str = "",
    names: Sequence[str] = (),
    bare: bool = False,
    adds: str = "",
    group: str = "",
) -> dict[str, Any]:
    """Two axes with marks on them.

    Parameters
    ----------
    description : str
        What is seen, in one sentence for a screen reader; {t}, {steps} and {name of a term} are
        filled with what they are now.
    marks : sequence of marks
        Made by the functions below, the lowest first.
    box : (float, float, float, float)
        Left, right, bottom, top.
    x, y : str
        Words at the axes.
    height : float
        Of the picture, in widths of it.
    equal : bool
        Whether a unit is equally long on both axes.
    logs : str
        "y", "x", "xy": which axes are logarithmic.
    names : sequence of str
        Words at 0, 1, 2, … of the x axis, instead of numbers.
    bare : bool
        Without numbers and lines at the y axis (a number line).
    adds : str
        Name of an array setting that a click, or Enter at the middle, adds a point to.
    group : str
        Name of a setting whose value is added to that point as its third entry.
    """
    return {
        "widget": "plane", "said": description, "marks": list(marks), "box": list(box), "x": x,
        "y": y, "height": height, "equal": equal, "logs": logs, "names": list(names), "bare": bare,
        "adds": adds, "group": group,
    }  # fmt: skip


def box_of(x: Any, y: Any, margin: float = 0.06) -> Box:
    """The box about some points, with a margin."""
    edges: list[float] = []
    for values in (np.asarray(x, np.float64), np.asarray(y, np.float64)):
        low, high = float(np.nanmin(values)), float(np.nanmax(values))
        room = margin * (high - low) or 0.5
        edges += [low - room, high + room]
    return edges[0], edges[1], edges[2], edges[3]


def grid_of(box: Box, side: int = 60) -> tuple[Any, Any, Any]:
    """Points of a side × side grid over a box: (side², 2) rows, and the two axes.

    Heights at these rows, reshaped to (side, side), are what `field` and `regions` take.
    """
    across, up = np.linspace(box[0], box[1], side), np.linspace(box[2], box[3], side)
    A, B = np.meshgrid(across, up)
    return np.column_stack([A.ravel(), B.ravel()]), across, up


def field(Z: Any, *, lowest: float | None = None, term: str = "", bands: int = 13) -> Mark:
    """Bands of height over the box, with lines between: (rows upward, columns to the right)."""
    return {"mark": "field", "z": Z, "least": lowest, "term": term, "bands": bands}


def regions(Z: Any, *, signs: bool = True, colours: Sequence[str] = ()) -> Mark:
    """Sides of a score (above and below 0), or areas of class numbers 0, 1, 2, …."""
    return {"mark": "regions", "z": Z, "signs": signs, "colours": list(colours)}


def cells(Z: Any, *, numbers: bool = False, term: str = "") -> Mark:
    """A heat map: one cell an entry, the first row at the top; colours part at 0."""
    return {"mark": "cells", "z": Z, "numbers": numbers, "term": term}


def points(
    x: Any, y: Any, *, group: Any = None, term: str = "", colour: str = "", size: float = 2.4,
    shape: str = "dot", signs: Any = None, label: Any = None,
) -> Mark:  # fmt: skip
    """Points; `group` colours them 0, 1, 2, …, `signs` draws + and −, `label` writes beside."""
    return {
        "mark": "points", "x": x, "y": y, "group": group, "term": term, "colour": colour,
        "size": size, "shape": shape, "signs": signs, "label": label,
    }  # fmt: skip


def line(
    x: Any, y: Any, *, term: str = "", colour: str = "", label: Any = "", width: float = 2.6,
    dashed: bool = False, only: Sequence[str] = (),
) -> Mark:  # fmt: skip
    """A line through points; its label stands at its right end.

    `only` shows it while one of these terms is hovered.
    """
    return {
        "mark": "line", "x": x, "y": y, "term": term, "colour": colour, "label": label,
        "width": width, "dashed": dashed, "only": list(only),
    }  # fmt: skip


def progress(
    values: Any, *, x: Any = None, term: str = "", colour: str = "", label: str = ""
) -> Mark:
    """A series over the steps: faint as a whole, strong up to now, with a dot."""
    return {"mark": "progress", "x": x, "y": values, "term": term, "colour": colour, "label": label}


def path(P: Any, *, term: str = "", colour: str = "", next_term: str = "") -> Mark:
    """A walk (T + 1, 2): up to now, where it stands, the step to come in `next_term`'s colour."""
    return {"mark": "path", "p": P, "term": term, "colour": colour, "next": next_term}


def arrow(
    start: Any, end: Any, *, term: str = "", colour: str = "", label: Any = "", length: float = 0.0
) -> Mark:
    """An arrow; `length` in CSS pixels keeps only its direction."""
    return {
        "mark": "arrow", "from": start, "to": end, "term": term, "colour": colour, "label": label,
        "length": length,
    }  # fmt: skip


def segments(
    x0: Any, y0: Any, x1: Any, y1: Any, *, term: str = "", colour: str = "",
    only: Sequence[str] = (), squares: bool = False, dashed: bool = False,
) -> Mark:  # fmt: skip
    """Many short lines; `squares` draws a square on each upright one (squared residuals)."""
    return {
        "mark": "segments", "x0": x0, "y0": y0, "x1": x1, "y1": y1, "term": term, "colour": colour,
        "only": list(only), "squares": squares, "dashed": dashed,
    }  # fmt: skip


def bars(
    at: Any, heights: Any, *, width: float = 0.8, term: str = "", colour: str = "",
    group: Any = None, base: Any = 0.0, label: Any = None,
) -> Mark:  # fmt: skip
    """Upright bars about places `at`; `label` is written above each."""
    return {
        "mark": "bars", "x": at, "y": heights, "width": width, "term": term, "colour": colour,
        "group": group, "base": base, "label": label,
    }  # fmt: skip


def histogram(
    values: Any, *, bins: int = 24, term: str = "", colour: str = "", edges: Any = None
) -> Mark:
    """Bars of how many values lie in each bin."""
    counts, edges = np.histogram(np.asarray(values), bins if edges is None else edges)
    middle = (edges[1:] + edges[:-1]) / 2
    width = float(edges[1] - edges[0])
    return bars(middle, counts.astype(float), width=width * 0.96, term=term, colour=colour)


def area(x: Any, low: Any, high: Any, *, term: str = "", colour: str = "") -> Mark:
    """A shaded band between two series."""
    return {"mark": "area", "x": x, "low": low, "high": high, "term": term, "colour": colour}


def rule(
    *, x: Any = None, y: Any = None, term: str = "", colour: str = "", label: Any = ""
) -> Mark:
    """A dashed line over the whole box at one x or one y."""
    return {"mark": "rule", "x": x, "y": y, "term": term, "colour": colour, "label": label}


def spot(
    x: Any, y: Any, label: Any = "", *, shape: str = "cross", term: str = "", colour: str = "",
    size: float = 6.0,
) -> Mark:  # fmt: skip
    """One marked place: "cross", "ring", "dot", "diamond" or "none" (the words alone)."""
    return {
        "mark": "spot", "x": x, "y": y, "label": label, "shape": shape, "term": term,
        "colour": colour, "size": size,
    }  # fmt: skip


def handle(
    x: float, y: float, settings: tuple[str, str], label: str, *, term: str = "", colour: str = "",
    index: int | None = None, factor: tuple[float, float] = (1.0, 1.0),
    origin: tuple[float, float] = (0.0, 0.0), also: Mapping[str, Any] | None = None,
    hollow: bool = False,
) -> Mark:  # fmt: skip
    """A place that is dragged, or moved with the arrow keys.

    Parameters
    ----------
    settings : (str, str)
        Which settings its x and y are; "" holds still. With `index`, the first names an array
        setting whose row `index` it is.
    label : str
        What it is, for a screen reader, such as "start".
    factor, origin : (float, float)
        The setting is (place − origin)·factor: for a handle at the tip of an arrow.
    also : mapping
        Settings that a drag changes too, such as {"start": "by hand"}.
    hollow : bool
        Drawn as a ring: where something starts.
    """
    return {
        "mark": "handle", "x": x, "y": y, "settings": list(settings), "label": label, "term": term,
        "colour": colour, "index": index, "factor": list(factor), "origin": list(origin),
        "also": dict(also or {}), "hollow": hollow,
    }  # fmt: skip


def handles(
    rows: Sequence[Sequence[float]], setting: str, label: str, *, colour: str = "grey",
    group: Sequence[int] | None = None, also: Mapping[str, Any] | None = None,
    hollow: bool = False,
) -> list[Mark]:  # fmt: skip
    """A handle for each row (x, y, …) of an array setting, which a drag makes these rows."""
    return [
        handle(
            row[0], row[1], (setting, ""), f"{label} {i + 1}", index=i,
            colour=colour if group is None else f"series-{group[i] % 8}", also=also, hollow=hollow,
        )
        for i, row in enumerate(rows)
    ]  # fmt: skip


__all__ = [
    "Moving", "area", "arrow", "bars", "box_of", "cells", "field", "grid_of", "handle", "handles",
    "histogram", "line", "path", "plane", "points", "progress", "regions", "rule", "segments",
    "spot",
]  # fmt: skip
