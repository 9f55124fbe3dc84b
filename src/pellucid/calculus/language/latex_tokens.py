r"""What LaTeX writes with one command, and what it is called here.

Notes: A.1, Notation 22
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pellucid.calculus.greek import NAME_OF_COMMAND

TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\|\||\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\s+|.", re.DOTALL)
SKIPPED = {
    r"\left", r"\right", r"\big", r"\Big", r"\bigl", r"\bigr", r"\Bigl", r"\Bigr", r"\,", r"\;",
    r"\:", r"\!", r"\ ", r"\quad", r"\qquad", r"\displaystyle", r"\limits", "&", "$", "~",
}  # fmt: skip
SYMBOLS = NAME_OF_COMMAND
FUNCTIONS = {
    *("exp", "log", "sin", "cos", "tanh", "det", "tr", "diag", "max", "softmax", "logsumexp"),
    *("relu", "sigmoid", "softplus", "sign", "logdet", "sum", "mean", "abs", "inv", "conv"),
    *("step", "onehot", "windows", "band", "spread"),
}
SPELLED = {"ln": "log", "sgn": "sign", "trace": "tr", "logistic": "sigmoid"}
UNKNOWN = {"f", "g", "h", "L", "phi", "psi"}  # functions, where a bracket follows
NAMED = {r"\mathrm", r"\operatorname", r"\text", r"\mathit", r"\textrm", r"\mathsf", r"\textsf"}
STYLED = {r"\mathbf", r"\boldsymbol", r"\bm", r"\vec", r"\pmb"}
ACCENTS = {
    r"\hat": "hat", r"\widehat": "hat", r"\tilde": "tilde", r"\widetilde": "tilde",
    r"\bar": "bar", r"\overline": "bar", r"\dot": "dot", r"\check": "check",
}  # fmt: skip
MARKS = {"\u0302": "hat", "\u0303": "tilde", "\u0304": "bar", "\u0307": "dot"}  # over a letter
FRACTIONS = {r"\frac", r"\tfrac", r"\dfrac"}
SIGNS = {
    "+": " + ", "-": " - ", "−": " - ", "*": " * ", "/": " / ", ",": ", ", "=": "=",
    r"\cdot": " * ", r"\times": " * ", r"\odot": " .* ", r"\circ": " .* ",
}  # fmt: skip
TRANSPOSES = {r"\top", r"\intercal", "T", "⊤", r"\transpose"}
OPENED = {r"\{": r"\}", r"\lbrace": r"\rbrace", "{": "}", "(": ")", "[": "]"}
BRACKETS = OPENED.keys() - {"{"}
NORMS = {r"\|": r"\|", r"\lVert": r"\rVert", r"\Vert": r"\Vert", "‖": "‖", "||": "||"}
BARS = {"|": "|", r"\lvert": r"\rvert", r"\vert": r"\vert"}
CLOSERS = {")", "]", "}", r"\}", r"\rbrace", r"\rVert", r"\rvert"}


def function_named(word: str) -> str:
    """The function that a word means, whatever its capitals: Tr, ReLU; empty if there is none.

    >>> function_named("Tr"), function_named("loss")
    ('tr', '')
    """
    spelled = SPELLED.get(word.lower(), word.lower())
    return spelled if spelled in FUNCTIONS and len(word) > 1 else ""


@dataclass(frozen=True)
class LatexToken:
    """A command, number or sign, and where it stands."""

    text: str
    start: int


def tokens_of(text: str) -> list[LatexToken]:
    """The tokens that matter to the meaning, left to right."""
    return [
        LatexToken(found.group(), found.start())
        for found in TOKEN.finditer(text)
        if not found.group().isspace() and found.group() not in SKIPPED
    ]
