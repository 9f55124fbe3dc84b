r"""Formulas whose terms can be addressed: `\term{eta}{\eta}` becomes a part of the SVG.

Notes: §1.0.3
"""

from __future__ import annotations

import re
from functools import lru_cache

from pellucid.errors import FormulaError
from pellucid.typesetting import svg

# ziamath keeps the colour of each part: a colour of its own finds the term again in the drawing.
MARKED = re.compile(r"\\term\{([A-Za-z0-9_-]+)\}\{")


@lru_cache(maxsize=1024)
def typeset(latex: str, spoken: str, size: float = 21.0) -> str:
    r"""SVG of a formula whose `\term{name}{…}` parts carry `class="term" data-term="name"`.

    Examples
    --------
    >>> 'data-term="eta"' in typeset(r"\theta - \term{eta}{\eta} g", "theta minus eta g")
    True
    """
    names: list[str] = []

    def coloured(match: re.Match[str]) -> str:
        names.append(match[1])
        return rf"\textcolor{{#fe00{len(names):02x}}}{{"

    drawn = svg(MARKED.sub(coloured, latex), title=spoken, size=size)
    for at, name in enumerate(names, 1):
        if f"#fe00{at:02x}" not in drawn:
            raise FormulaError(f"The term {name!r} of {latex!r} leaves no mark in the drawing.")
        mark = f'class="term" data-term="{name}"'
        drawn = drawn.replace(f'fill="#fe00{at:02x}"', mark)
        drawn = drawn.replace(f'stroke="#fe00{at:02x}"', mark)
    return drawn
