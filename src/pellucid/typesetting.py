"""LaTeX to SVG, offline, through ziamath (its mathematical font is part of the package)."""

from __future__ import annotations

import html
import re
import warnings
import zlib
from functools import lru_cache


@lru_cache(maxsize=512)
def svg(latex: str, title: str = "", size: float = 18.0) -> str:
    """Typeset a LaTeX formula as one inline SVG element that takes the colour of its text.

    Parameters
    ----------
    latex : str
        The formula, without dollar signs.
    title : str
        Text for screen readers.
    size : float
        Height of the letters in CSS pixels.

    Returns
    -------
    str
        An `<svg>` element.

    Examples
    --------
    >>> svg(r"\\theta^T x").startswith("<svg")
    True
    """
    with warnings.catch_warnings():
        # ziamath finds its font through a deprecated function of importlib.
        warnings.simplefilter("ignore", DeprecationWarning)
        import ziamath

    drawn: str = ziamath.Latex(latex, size=size, color="currentColor").svg()
    # Glyphs are defined by name: each formula names its own, so that several share one page.
    own = f"f{zlib.crc32(latex.encode()):08x}"
    drawn = re.sub(r'\bid="([^"]+)"', rf'id="{own}-\1"', drawn)
    drawn = re.sub(r'href="#([^"]+)"', rf'href="#{own}-\1"', drawn)
    if title:
        at = drawn.index(">") + 1
        label = html.escape(title, quote=True)
        head = drawn[: at - 1] + f' role="img" aria-label="{label}">'
        drawn = f"{head}<title>{html.escape(title)}</title>{drawn[at:]}"
    return drawn
