"""A map of codes whose points show their row when the pointer rests on them: no script, only CSS.

Notes: Concept 351, Concept 363
"""

from __future__ import annotations

import base64
import io
from typing import Any

import numpy as np
from matplotlib.colors import to_hex
from numpy.typing import NDArray

from pellucid.pictures.latent_space import MOST_LABELS, label_colour
from pellucid.report.page import escape

Array = NDArray[np.float64]
MOST_POINTS = 600
WIDTH, HEIGHT, EDGE = 640, 460, 26
STYLE = (
    "<style>.hover circle{fill-opacity:.7}.hover g circle{fill:transparent;pointer-events:all}"
    ".hover image,.hover rect{pointer-events:none}.hover g image,.hover g rect{display:none}"
    ".hover g:hover image,.hover g:focus image,.hover g:hover rect,.hover g:focus rect"
    "{display:block}"
    ".hover g:hover circle,.hover g:focus circle{stroke:var(--ink);stroke-width:2}"
    ".hover g:focus{outline:none}</style>"
)


def hover_map(
    codes: Array, words: list[str], labels: Any = None, images: Any = None, seed: int = 0
) -> str:
    """The map as inline SVG; each point is described by its words, and shows its picture.

    Parameters
    ----------
    codes : ndarray, shape (n, 2)
    words : list of n str
        What is said of each row.
    labels : array, shape (n,), optional
        Colour of each row.
    images : array, n×h×w×c, optional
    seed : int
        Of the rows drawn, where there are more than 600.

    Notes: Concept 351, Concept 363
    """
    shown = np.sort(np.random.default_rng(seed).permutation(len(codes))[:MOST_POINTS])
    span = np.maximum(np.ptp(codes, axis=0), 1e-12)
    place = (codes - codes.min(axis=0)) / span
    x = EDGE + place[:, 0] * (WIDTH - 2 * EDGE)
    y = HEIGHT - EDGE - place[:, 1] * (HEIGHT - 2 * EDGE)
    names = [] if labels is None else np.unique(np.asarray(labels, str)).tolist()
    few = 1 < len(names) <= MOST_LABELS
    # Later shapes lie on earlier ones: all points first, then what a pointer meets, unseen but for
    # the picture that it calls up.
    points, met = [], []
    for row in shown:
        at = names.index(str(labels[row])) if few else 0
        colour = to_hex(label_colour(at, len(names) if few else 1))
        picture = "" if images is None else _picture(images[row], x[row], y[row])
        spot = f'<circle cx="{x[row]:.1f}" cy="{y[row]:.1f}" r="4.5"'
        points.append(f'{spot} fill="{colour}"/>')
        met.append(
            f'<g tabindex="-1">{spot}><title>{escape(words[row])}</title></circle>{picture}</g>'
        )
    frame = (
        f'<rect x="1" y="1" width="{WIDTH - 2}" height="{HEIGHT - 2}" fill="none" '
        'stroke="var(--line)"/>'
    )
    axes = (
        f'<text x="{WIDTH - 24}" y="{HEIGHT - 8}" fill="var(--soft)" font-size="13">a1</text>'
        f'<text x="6" y="18" fill="var(--soft)" font-size="13">a2</text>'
    )
    said = "Codes of the rows; rest on a point to see its row"
    return (
        f'{STYLE}<svg class="hover" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{said}" style="max-width:48rem;overflow:visible">{frame}{axes}'
        f"{''.join(points)}{''.join(met)}</svg>{_legend(names) if few else ''}"
    )


def _legend(names: list[str]) -> str:
    marks = [
        f'<span style="white-space:nowrap;margin-right:1em"><span style="color:'
        f'{to_hex(label_colour(at, len(names)))}">●</span> {escape(name)}</span>'
        for at, name in enumerate(names)
    ]
    return f"<p>{' '.join(marks)}</p>"


def _picture(image: Any, x: float, y: float) -> str:
    """The row's image beside its point, within the frame, on white."""
    side = 84
    left = x + 10 if x < WIDTH - side - 14 else x - side - 10
    top = min(max(y - side / 2, 2), HEIGHT - side - 2)
    return (
        f'<rect x="{left - 2:.0f}" y="{top - 2:.0f}" width="{side + 4}" height="{side + 4}" '
        'fill="#fff" stroke="var(--line)"/>'
        f'<image x="{left:.0f}" y="{top:.0f}" width="{side}" height="{side}" '
        f'style="image-rendering:pixelated" href="{png(image)}"/>'
    )


def png(image: Any) -> str:
    """An image as a data address: grey ink on white paper, or its colours."""
    from PIL import Image

    values = np.asarray(image, dtype=np.float64)
    low, high = min(values.min(), 0.0), max(values.max(), 1e-12)
    bytes_ = (255 * (values - low) / (high - low)).round().astype(np.uint8)
    if bytes_.ndim == 3 and bytes_.shape[-1] == 1:
        bytes_ = 255 - bytes_[..., 0]
    sink = io.BytesIO()
    Image.fromarray(bytes_).save(sink, format="PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(sink.getvalue()).decode()
