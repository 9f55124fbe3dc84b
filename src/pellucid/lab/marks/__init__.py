"""What pages draw with: plain descriptions of pictures, each drawn by the widget that it names.

`README.md` of the room lists them with what they take.
"""

from pellucid.lab.marks.graphs import network, surface
from pellucid.lab.marks.plane import (
    area,
    arrow,
    bars,
    box_of,
    cells,
    field,
    grid_of,
    handle,
    handles,
    histogram,
    line,
    path,
    plane,
    points,
    progress,
    regions,
    rule,
    segments,
    spot,
)  # fmt: skip
from pellucid.lab.marks.tables import (
    arcs,
    confusion,
    images,
    matrices,
    matrix,
    pad,
    table,
    text,
    tree,
)

__all__ = [
    "arcs", "area", "arrow", "bars", "box_of", "cells", "confusion", "field", "grid_of", "handle",
    "handles", "histogram", "images", "line", "matrices", "matrix", "network", "pad", "path",
    "plane", "points", "progress", "regions", "rule", "segments", "spot", "surface", "table",
    "text", "tree",
]  # fmt: skip
