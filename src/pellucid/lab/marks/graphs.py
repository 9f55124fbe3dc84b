"""Pictures of networks and of surfaces.

Notes: §1.0.3
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pellucid.lab.marks.plane import Box


def network(
    description: str, layers: Sequence[Sequence[str]], weights: Sequence[Any], *,
    values: Sequence[Any] = (), titles: Sequence[str] = (), weight_names: Sequence[str] = (),
    highlighted: Any = (), chooses: str = "", height: float = 0.5, term: str = "",
    numbers: bool = False,
) -> dict[str, Any]:  # fmt: skip
    """Nodes in layers with edges between: wide for a large weight, green above and rose below 0.

    Parameters
    ----------
    layers : sequence of sequences of str
        Names of the nodes, layer by layer.
    weights : sequence of arrays (m, n), or Moving of them
        Between a layer and the next; NaN leaves an edge out.
    values : sequence of arrays (n,), or Moving of them
        Written in the nodes.
    titles, weight_names : sequence of str
        Above the layers; of the matrices, for the names of the edges ("W¹" gives "W¹₁₂").
    highlighted : list of [layer, row, column] (edges) and [layer, node], or Moving of lists
        What stands out: a weight's chain.
    chooses : str
        Name of a text setting that a click on an edge sets to "layer,row,column", counted from 0.
    numbers : bool
        Whether the weights are written on the edges.
    """
    return {
        "widget": "network", "said": description, "layers": [list(n) for n in layers],
        "weights": list(weights), "values": list(values), "titles": list(titles),
        "names": list(weight_names), "lit": highlighted, "chooses": chooses, "height": height,
        "term": term, "numbers": numbers,
    }  # fmt: skip


def surface(
    description: str, Z: Any, box: Box, *, heights: tuple[float, float] | None = None, x: str = "",
    y: str = "", z: str = "", path: Any = None, points: Any = None, group: Any = None,
    plane: Any = None, term: str = "", path_term: str = "", height: float = 0.75,
) -> dict[str, Any]:  # fmt: skip
    """A surface seen from a side; dragged or turned with the arrow keys.

    Parameters
    ----------
    Z : array (rows upward, columns to the right), or Moving of it
        Heights over the box.
    heights : (float, float)
        Lowest and highest shown.
    path : array (T + 1, 3)
        A walk on it, shown up to now.
    points : array (n, 3), or Moving of it
    group : array (n,)
        Colours of the points, 0, 1, 2, ….
    plane : array like Z
        A second, flat surface (a tangent plane, a fitted plane), in the term's colour.
    """
    return {
        "widget": "surface", "said": description, "z": Z, "box": list(box),
        "heights": None if heights is None else list(heights), "x": x, "y": y, "zname": z,
        "path": path, "points": points, "group": group, "plane": plane, "term": term,
        "pathterm": path_term, "height": height,
    }  # fmt: skip
