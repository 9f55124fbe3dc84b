"""One spelling for each name: θ and theta, W^(1) and W^1, are the same symbol.

Notes: Notation 22, Notation 28
"""

from __future__ import annotations

import re

from pellucid.calculus.greek import NAME_OF_SIGN


def plain_name(name: str) -> str:
    """The name under which a symbol is known.

    Examples
    --------
    >>> plain_name("θ_0"), plain_name("W^(1)"), plain_name("A^(l-1)")
    ('theta_0', 'W^1', 'A^(l-1)')

    Notes: Notation 22
    """
    head, *rest = re.split(r"(?=[_^])", name, maxsplit=1)
    whole = "".join([NAME_OF_SIGN.get(head, head), *rest])
    return re.sub(r"\^\((\w+)\)", r"^\1", whole).replace("^{", "^").replace("}", "")
