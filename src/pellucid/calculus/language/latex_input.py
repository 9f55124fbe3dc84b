r"""Formulas written in LaTeX, put into the grammar of `read`.

`\frac{1}{n} \|X^\top \theta - y\|^2` is read as `((1)/(n)) * norm2(X' * theta - y)^(2)`. A letter
is a symbol, as LaTeX has it, and letters side by side are multiplied; `\mathrm{loss}` is one name.

Notes: A.1, Notation 22
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pellucid.calculus.language.grammar import LONGEST, pointed
from pellucid.errors import FormulaError

TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\d+(?:\.\d+)?|\s+|.", re.DOTALL)
SKIPPED = {
    r"\left", r"\right", r"\big", r"\Big", r"\bigl", r"\bigr", r"\Bigl", r"\Bigr", r"\,", r"\;",
    r"\:", r"\!", r"\ ", r"\quad", r"\qquad", r"\displaystyle", r"\limits", "&", "$",
}  # fmt: skip
GREEK = {
    "alpha", "beta", "gamma", "delta", "eta", "theta", "mu", "rho", "sigma", "tau", "phi", "psi",
    "omega", "Theta", "Sigma", "xi", "zeta", "nu", "chi", "kappa", "pi", "Phi", "Psi", "Omega",
}  # fmt: skip
SYMBOLS = {rf"\{name}": name for name in GREEK} | {
    r"\lambda": "lam", r"\epsilon": "eps", r"\varepsilon": "eps", r"\ell": "l",
}  # fmt: skip
FUNCTIONS = {
    "exp",
    "log",
    "sin",
    "cos",
    "tanh",
    "det",
    "tr",
    "diag",
    "max",
    "softmax",
    "logsumexp",
    "relu",
    "sigmoid",
    "softplus",
    "sign",
    "logdet",
    "sum",
    "mean",
    "abs",
    "inv",
    "conv",
    "step",
    "onehot",
    "windows",
    "band",
    "spread",
}
UNKNOWN = {"f", "g", "h", "L", r"\phi", r"\psi"}  # functions, where a bracket follows  # fmt: skip
SPELLED = {"ln": "log", "sgn": "sign", "trace": "tr", "ReLU": "relu"}
NAMED = {r"\mathrm", r"\operatorname", r"\text", r"\mathit", r"\textrm"}
STYLED = {r"\mathbf", r"\boldsymbol", r"\bm", r"\vec", r"\hat", r"\tilde", r"\bar"}
SIGNS = {
    "+": " + ", "-": " - ", "−": " - ", "*": " * ", "/": " / ", ",": ", ", "=": "=",
    r"\cdot": " * ", r"\times": " * ", r"\odot": " .* ", r"\circ": " .* ",
}  # fmt: skip
TRANSPOSES = {r"\top", r"\intercal", "T", "⊤"}
OPENED = {r"\{": r"\}", r"\lbrace": r"\rbrace", "{": "}", "(": ")", "[": "]"}
NORMS = {r"\|": r"\|", r"\lVert": r"\rVert", r"\Vert": r"\Vert", "‖": "‖"}
BARS = {"|": "|", r"\lvert": r"\rvert", r"\vert": r"\vert"}


def plain_text(text: str) -> str:
    r"""The formula as `read` takes it: LaTeX is translated, anything else comes back as it is.

    Raises
    ------
    FormulaError
        With a caret under the part of the LaTeX that is not understood.

    Examples
    --------
    >>> plain_text(r"\frac{1}{n} \|X^\top \theta - y\|^2 + \lambda \|\theta\|_2^2")
    "((1)/(n)) * norm2(X' * theta - y)^(2) + lam * norm2(theta)^(2)"
    >>> plain_text("X' * theta")
    "X' * theta"

    Notes: A.1
    """
    if "\\" not in text and "^{" not in text:
        return text
    if len(text) > LONGEST:
        raise FormulaError(f"The formula has {len(text)} characters; at most {LONGEST} are read.")
    return _Reader(text).all()


@dataclass
class _Token:
    text: str
    start: int


class _Reader:
    """Left to right, once; brackets by recursion."""

    def __init__(self, text: str) -> None:
        self.source = text
        self.tokens = [
            _Token(found.group(), found.start())
            for found in TOKEN.finditer(text)
            if not found.group().isspace() and found.group() not in SKIPPED
        ]
        self.at = 0

    def all(self) -> str:
        try:
            found = self.until("")
        except RecursionError:
            raise FormulaError("The formula is nested too deeply; name its parts.") from None
        if self.at < len(self.tokens):
            self.refuse(f"{self.peek()} closes nothing.")
        return found

    def peek(self, ahead: int = 0) -> str:
        place = self.at + ahead
        return self.tokens[place].text if place < len(self.tokens) else ""

    def take(self) -> str:
        self.at += 1
        return self.tokens[self.at - 1].text

    def refuse(self, why: str, back: int = 0) -> None:
        place = self.at - back
        if place < len(self.tokens):
            token = self.tokens[place]
            span = (token.start, token.start + len(token.text))
        else:
            span = (len(self.source), len(self.source) + 1)
        raise FormulaError(pointed(self.source, span, why))

    def until(self, closing: str) -> str:
        """Operands and signs up to a closing bracket, which is left standing."""
        pieces: list[str] = []
        operand = False
        while self.at < len(self.tokens) and self.peek() != closing:
            sign = SIGNS.get(self.peek())
            if sign is not None:
                self.take()
                pieces.append(sign if operand else sign.lstrip())
                operand = False
                continue
            if self.peek() in {")", "]", "}", r"\}", r"\rVert", r"\rvert"}:
                break
            value = self.operand(closing)
            pieces.append(f" * {value}" if operand else value)
            operand = True
        return "".join(pieces)

    def operand(self, closing: str = "") -> str:
        """A value with what stands on its right shoulder and at its foot."""
        return self.raised(self.value(closing))

    def value(self, closing: str) -> str:
        token = self.take() if self.at < len(self.tokens) else ""
        if token in OPENED:
            return f"({self.closed(OPENED[token])})"
        if token in NORMS:
            return self.norm(NORMS[token])
        if token in BARS and BARS[token] != closing:
            return f"abs({self.closed(BARS[token])})"
        if token in {r"\frac", r"\tfrac", r"\dfrac"}:
            return f"(({self.group()})/({self.group()}))"
        if token == r"\sqrt":
            return f"sqrt({self.group()})"
        if token == r"\sum" and self.peek() in {"_", "^"}:
            self.refuse(
                r"\sum over an index is not read: write it as a product of arrays, or as sum(…).",
                back=1,
            )
        if token in STYLED:
            inside = self.group()
            if re.fullmatch(r"\(?[\d.]+\)?", inside):
                self.refuse("A bold number has no size here: give that vector a name.", back=2)
            return inside
        if token in NAMED:
            return self.named(re.sub(r"\W", "", self.group(letters=True)))
        if token == r"\sigma" and self.peek() == "(":
            return self.applied("sigmoid")
        if token in UNKNOWN and (call := self.unknown(SYMBOLS.get(token, token))):
            return call
        if token in SYMBOLS:
            return self.with_foot(SYMBOLS[token])
        if token[1:] in FUNCTIONS or token[1:] in SPELLED:
            return self.named(token[1:])
        if re.fullmatch(r"\d+(\.\d+)?", token):
            return token
        if re.fullmatch(r"[^\W\d_]", token):
            return self.with_foot(token)
        self.refuse(
            f"{token} is not read here." if token else "The formula stops too early.",
            back=1 if token else 0,
        )
        return ""

    def closed(self, closing: str) -> str:
        inside = self.until(closing)
        if self.peek() != closing:
            self.refuse(f"{closing} is missing.")
        self.take()
        return inside

    def group(self, *, letters: bool = False) -> str:
        """`{…}` or a single token; its letters as they are, or as a formula."""
        if self.peek() != "{":
            return self.value("")
        if not letters:
            self.take()
            return self.closed("}")
        self.take()
        taken = []
        while self.peek() not in {"}", ""}:
            taken.append(self.take())
        if not self.peek():
            self.refuse("} is missing.")
        self.take()
        return "".join(SYMBOLS.get(each, each) for each in taken)

    def norm(self, closing: str) -> str:
        inside = self.closed(closing)
        which = "2"
        if self.peek() == "_":
            self.take()
            which = self.group(letters=True) if self.peek() == "{" else self.take()
        if which not in {"1", "2", "F"}:
            self.refuse("Norms are ‖·‖₁, ‖·‖₂ and ‖·‖_F.", back=1)
        return f"norm{'1' if which == '1' else '2'}({inside})"

    def named(self, name: str) -> str:
        """A function applied to what follows, or a symbol of several letters."""
        name = SPELLED.get(name, name)
        return self.applied(name) if name in FUNCTIONS else self.with_foot(name)

    def applied(self, name: str) -> str:
        power = self.exponent() if self.peek() == "^" else ""
        if self.peek() in {"(", "{", "["}:
            inside = self.closed(OPENED[self.take()])
        else:
            inside = self.operand()
        return f"{name}({inside}){power}"

    def unknown(self, name: str) -> str:
        """f(…), f′(…), f″(…); nothing where no bracket follows."""
        primes = 0
        while self.peek(primes) == "'":
            primes += 1
        if self.peek(primes) != "(":
            return ""
        self.at += primes
        return self.applied(name + "'" * primes)

    def with_foot(self, name: str) -> str:
        if self.peek() != "_":
            return name
        self.take()
        foot = self.group(letters=True) if self.peek() == "{" else self.take()
        letters = re.sub(r"\W", "", SYMBOLS.get(foot, foot))
        return f"{name}_{letters}"

    def raised(self, value: str) -> str:
        while self.peek() in {"^", "'"}:
            if self.peek() == "'":
                self.take()
                value += "'"
            else:
                value += self.exponent()
        return value

    def exponent(self) -> str:
        self.take()
        if self.peek() in TRANSPOSES:
            self.take()
            return "'"
        if self.peek() != "{":
            return f"^({self.value('')})"
        self.take()
        if self.peek() in TRANSPOSES and self.peek(1) == "}":
            self.at += 2
            return "'"
        entrywise = self.peek() in {r"\odot", r"\circ"}
        if entrywise:
            self.take()
        inside = self.closed("}")
        layer = re.fullmatch(r"\(([\w +\-]+)\)", inside)
        if layer:  # a layer, as in W^{(1)}
            return f"^({layer[1].replace(' ', '')})"
        return f".^({inside})" if entrywise else f"^({inside})"
