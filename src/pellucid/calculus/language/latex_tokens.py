r"""What LaTeX writes with one command, and what it is called here.

Notes: A.1, Notation 22
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pellucid.calculus.greek import NAME_OF_COMMAND
from pellucid.calculus.language.grammar import with_caret
from pellucid.errors import FormulaError

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


class TokenReader:
    """Looks at tokens one after the other; names, and what a name's letters are."""

    def __init__(self, text: str) -> None:
        self.source = text
        self.tokens = tokens_of(text)
        self.at = 0

    def peek(self, ahead: int = 0) -> str:
        place = self.at + ahead
        return self.tokens[place].text if place < len(self.tokens) else ""

    def take(self) -> str:
        self.at += 1
        return self.tokens[self.at - 1].text

    def error_at(self, why: str, back: int = 0) -> FormulaError:
        """The error that points at a token."""
        place = self.at - back
        if place < len(self.tokens):
            token = self.tokens[place]
            span = (token.start, token.start + len(token.text))
        else:
            span = (len(self.source), len(self.source) + 1)
        return FormulaError(with_caret(self.source, span, why))

    def word(self) -> str:
        """The letters between braces, or one token: a name, not a formula."""
        if self.peek() != "{":
            token = self.take() if self.at < len(self.tokens) else ""
            if re.fullmatch(r"\d\d+", token):
                raise self.error_at(
                    f"LaTeX prints only the first digit here: write {{{token}}}.", back=1
                )
            return self.letters(token)
        self.take()
        found = []
        while self.peek() != "}":
            if not self.peek():
                raise self.error_at("} is missing.")
            if self.peek() in NAMED | STYLED and self.peek(1) == "{":
                self.take()
                found.append(self.word())
            elif self.peek() == ",":
                self.take()
                found.append("_")
            else:
                found.append(self.letters(self.take()))
        self.take()
        return "".join(found)

    def letters(self, token: str) -> str:
        spelled = SYMBOLS.get(token, token)
        if not re.fullmatch(r"\w+|'", spelled):
            raise self.error_at("A name is made of letters and digits.", back=1)
        return spelled

    def is_plain(self) -> bool:
        """Whether a number, a letter or a name comes next."""
        token = self.peek()
        if token in NAMED:
            return not self.names_function()
        return bool(re.fullmatch(r"\d.*|[^\W\d_]", token)) or token in (
            SYMBOLS.keys() | STYLED | ACCENTS.keys()
        )

    def names_function(self) -> bool:
        token = self.peek()
        if token in NAMED and self.peek(1) == "{":
            place = self.at
            self.take()
            word = self.word()
            self.at = place
            return bool(function_named(word))
        return token.startswith("\\") and bool(function_named(token[1:]))
