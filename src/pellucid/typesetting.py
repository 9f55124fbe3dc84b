"""LaTeX to SVG, offline, through ziamath (its mathematical font is part of the package)."""

from __future__ import annotations

import html
import re
import warnings
import zlib
from functools import lru_cache
from typing import Any

ROWS = ("mrow", "math", "mtd", "mtr", "none")  # what ziamath lays out as a row of its own


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
    drawn: str = _ziamath().Latex(latex, size=size, color="currentColor").svg()
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


@lru_cache(maxsize=1)
def _ziamath() -> Any:
    """The package, with rows that are laid out once where nothing in them stretches.

    Its own row is laid out twice, first to find how far its fences must stretch, and so is each row
    inside, twice in either: a formula of n nested rows takes 2ⁿ times as long. Most rows hold no
    fence, and need the first layout for nothing.
    """
    with warnings.catch_warnings():
        # ziamath finds its font through a deprecated function of importlib.
        warnings.simplefilter("ignore", DeprecationWarning)
        import ziamath
        from ziamath import operators
        from ziamath.nodes.mrow import Mrow

    @lru_cache(maxsize=1024)
    def stretches(sign: str) -> bool:
        forms = ("prefix", "infix", "postfix")
        found = (operators.get_params(sign, form).get("stretchy", "false") for form in forms)
        return any(value != "false" for value in found)

    def any_stretches(parts: Any) -> bool:
        for part in parts:
            if part.tag in ("mo", "mi"):
                if part.get("stretchy", "false") != "false" or stretches((part.text or "").strip()):
                    return True
            elif part.tag not in ROWS and any_stretches(part):
                return True
        return False

    class Row(Mrow, tag="mrow"):  # type: ignore[misc, call-arg]
        def _get_height_nostretch(self, line: Any, **how: Any) -> tuple[float, float]:
            if not any_stretches(line):
                return 0.0, 0.0
            least, most = super()._get_height_nostretch(line, **how)
            return least, most

    return ziamath
