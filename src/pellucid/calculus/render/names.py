"""How names and numbers are printed: in Unicode for people, in LaTeX.

Notes: Notation 22
"""

from __future__ import annotations

import re
from fractions import Fraction

from pellucid.calculus.algebra.functions import TABLE
from pellucid.calculus.greek import COMMAND_OF_NAME, SIGN_OF_NAME


def pretty_name(name: str) -> str:
    """theta → θ, theta_0 → θ_0."""
    head, *rest = name.split("_", 1)
    return "_".join([SIGN_OF_NAME.get(head, head), *rest])


def number_text(value: Fraction | float) -> str:
    """A fraction as a/b, a float with its shortest spelling."""
    if isinstance(value, Fraction):
        return str(value)
    return repr(float(value))


def name_latex(name: str) -> str:
    """theta_0 → \\theta_{0}; y_hat → \\hat{y}; layers as superscripts."""
    head, *rest = re.split(r"(?=[_^])", name, maxsplit=1)
    command = COMMAND_OF_NAME.get(head)
    spelled = f"\\{command}" if command else head if len(head) == 1 else rf"\mathrm{{{head}}}"
    accent = re.match(r"_(hat|tilde|bar|dot|check)(?=_|\^|$)", rest[0]) if rest else None
    if accent:
        spelled = rf"\{accent[1]}{{{spelled}}}"
        rest = [rest[0][accent.end() :]]
    if not rest or not rest[0]:
        return spelled
    body = rest[0][1:].strip("()").replace("_", ",")
    return spelled + rest[0][0] + "{" + body + "}"


def function_name(name: str) -> str:
    """The LaTeX name of a function of each entry."""
    bare = name.rstrip("'")
    known = TABLE.get(name)
    return known.latex if known else name_latex(bare) + "'" * (len(name) - len(bare))
