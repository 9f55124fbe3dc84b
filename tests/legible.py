"""What can be read of a diagram: all of it inside the figure, no text upon another, no shape
across the border of another."""

from __future__ import annotations

from itertools import combinations
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyBboxPatch

MARGIN = 2.0  # pixels


def is_diagram(figure: Figure) -> bool:
    """Whether every place in it is ours: no axes with ticks of their own."""
    return not any(axes.axison or axes.name == "3d" for axes in figure.axes)


def illegible(figure: Figure) -> list[str]:
    """What cannot be read of a diagram, in words."""
    renderer = FigureCanvasAgg(figure).get_renderer()
    figure.draw_without_rendering()
    width, height = figure.canvas.get_width_height()
    texts = [
        (text.get_text(), text.get_window_extent(renderer))
        for text in (*figure.texts, *(each for axes in figure.axes for each in axes.texts))
        if text.get_text().strip() and text.get_visible()
    ]
    shapes = [
        (type(shape).__name__, shape.get_window_extent(renderer))
        for shape in figure.findobj(lambda artist: isinstance(artist, Circle | FancyBboxPatch))
    ]
    out = [
        f"{name!r} leaves the figure"
        for name, box in (*texts, *shapes)
        if min(box.x0, box.y0) < -MARGIN or box.x1 > width + MARGIN or box.y1 > height + MARGIN
    ]
    for (one, a), (other, b) in combinations(texts, 2):
        if min(_overlap(a, b)) > MARGIN:
            out.append(f"{one!r} and {other!r} cover each other")
    for (one, a), (other, b) in combinations(shapes, 2):
        if min(_overlap(a, b)) > MARGIN and not (_holds(a, b) or _holds(b, a)):
            out.append(f"a {one} crosses a {other}")
    return out


def _overlap(a: Any, b: Any) -> tuple[float, float]:
    return min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0)


def _holds(a: Any, b: Any) -> bool:
    low = a.x0 <= b.x0 + MARGIN and a.y0 <= b.y0 + MARGIN
    return bool(low and a.x1 >= b.x1 - MARGIN and a.y1 >= b.y1 - MARGIN)
