r"""Formulas written in LaTeX, put into the grammar of `read`.

`\frac{1}{n} \|X^\top \theta - y\|^2` is read as `((1)/(n)) * norm2(X' * theta - y)^(2)`. A letter
is a symbol, as LaTeX has it, and letters side by side are multiplied; `\mathrm{loss}` is one name.
What LaTeX prints in a way that two people read differently is not guessed: an error points at it
and gives the spelling that has one meaning.

Notes: A.1, Notation 22
"""

from __future__ import annotations

import re
from collections.abc import Collection

from pellucid.calculus.greek import check_variants
from pellucid.calculus.language.grammar import LONGEST
from pellucid.calculus.language.latex_tokens import (
    ACCENTS,
    BARS,
    BRACKETS,
    CLOSERS,
    FRACTIONS,
    FUNCTIONS,
    MARKS,
    NAMED,
    NORMS,
    OPENED,
    SIGNS,
    STYLED,
    SYMBOLS,
    TRANSPOSES,
    UNKNOWN,
    LatexToken,
    TokenReader,
    function_named,
)
from pellucid.errors import FormulaError


def plain_text(text: str, declared: Collection[str] | None = None) -> str:
    r"""The formula in the grammar, if it is LaTeX; any other text as it is.

    Parameters
    ----------
    text : str
    declared : collection of str, optional
        Declared names. With them, a layer such as `W^{(1)}` must be among them, and a declared
        function is applied to the bracket that follows it.

    Raises
    ------
    FormulaError
        At a command that has no place in the grammar, or that may be read in two ways.

    Examples
    --------
    >>> plain_text(r"\frac{1}{n} \|X^\top \theta - y\|^2 + \lambda \|\theta\|_2^2")
    "((1)/(n)) * norm2(X' * theta - y)^(2) + lam * norm2(theta)^(2)"
    >>> plain_text(r"\frac12 \sin 2x")
    '((1)/(2)) * sin(2 * x)'
    >>> plain_text("X' * theta")
    "X' * theta"

    Notes: A.1
    """
    check_variants(text)
    text = _accents_spelled(text)
    if not is_latex(text):
        return text
    if len(text) > LONGEST:
        raise FormulaError(f"The formula has {len(text)} characters; at most {LONGEST} are read.")
    return _Reader(text, declared).all()


def _accents_spelled(text: str) -> str:
    """X̃ is X_tilde: a mark over a letter belongs to its name.

    >>> _accents_spelled("X\\u0303*x")
    'X_tilde*x'
    """
    for mark, word in MARKS.items():
        text = text.replace(mark, f"_{word}")
    return text


def is_latex(text: str) -> bool:
    """Whether the text is written in LaTeX: a command, or braces after ^ or _."""
    return "\\" in text or "^{" in text or "_{" in text


def plain_name(name: str) -> str:
    r"""A symbol written in LaTeX, as it is called here: `\hat{y}` is y_hat, `W^{(1)}` is W^1.

    >>> plain_name(r"\hat{\theta}_0"), plain_name("W^{(1)}")
    ('theta_hat_0', 'W^(1)')
    """
    name = _accents_spelled(name)
    return _Reader(name, None).all() if is_latex(name) else name


class _Reader(TokenReader):
    """Left to right, once; brackets by recursion."""

    def __init__(self, text: str, declared: Collection[str] | None) -> None:
        super().__init__(text)
        self.declared = declared
        self.functions = UNKNOWN
        self.styles: dict[str, bool] = {}
        self.pending = [""]  # the closing brackets that are waited for, innermost last

    def all(self) -> str:
        try:
            found = self.until()
        except RecursionError:
            raise FormulaError("The formula is nested too deeply; name its parts.") from None
        if self.at < len(self.tokens):
            raise self.error_at(f"{self.peek()} closes nothing.")
        return found

    # --- tokens ---------------------------------------------------------------------------

    def closed(self, closing: str) -> str:
        self.pending.append(closing)
        inside = self.until()
        self.pending.pop()
        if self.peek() != closing:
            raise self.error_at(f"{closing} is missing.")
        self.take()
        return inside

    def argument(self) -> str:
        r"""What a command takes: `{…}`, or the one token that follows. `\frac12` is 1 over 2."""
        token = self.peek()
        if token == "{":
            self.take()
            return self.closed("}")
        if re.fullmatch(r"\d\d+", token):
            first = self.tokens[self.at]
            self.tokens[self.at] = LatexToken(token[1:], first.start + 1)
            return token[0]
        if re.fullmatch(r"\d|[^\W\d_]", token):
            return self.take()
        if token in SYMBOLS:
            return SYMBOLS[self.take()]
        if token in FRACTIONS | {r"\sqrt"} | STYLED | NAMED | set(ACCENTS):
            return self.value()
        raise self.error_at(
            "Put what belongs here between braces { }." if token else "{ is missing."
        )

    # --- sums and operands ------------------------------------------------------------------

    def until(self) -> str:
        """Operands and signs up to a closing bracket, which is left standing."""
        pieces: list[str] = []
        operand = slashed = False
        while self.at < len(self.tokens) and self.peek() != self.pending[-1]:
            sign = SIGNS.get(self.peek())
            if sign is not None:
                self.take()
                pieces.append(sign if operand else sign.lstrip())
                operand, slashed = False, sign == " / "
                continue
            if self.peek() in CLOSERS:
                break
            if operand and slashed:
                raise self.error_at(
                    r"Does this stand below the line too? Write \frac{…}{…}, or ( )."
                )
            value = self.operand()
            pieces.append(f" * {value}" if operand else value)
            operand = True
        return "".join(pieces)

    def operand(self) -> str:
        """A value with what stands on its right shoulder and at its foot."""
        return self.raised(self.value())

    def value(self) -> str:
        token = self.take() if self.at < len(self.tokens) else ""
        if token == "{":
            return self.braces()
        if token in OPENED:
            return f"({self.closed(OPENED[token])})"
        if token in NORMS:
            return self.norm(NORMS[token])
        if token in BARS and BARS[token] != self.pending[-1]:
            return f"bars({self.closed(BARS[token])})"
        if token in FRACTIONS:
            return self.fraction()
        if token == r"\sqrt":
            return self.root()
        if token == r"\sum":
            return self.sum()
        if token in STYLED:
            return self.styled(token)
        if token in ACCENTS:
            return self.accented(token)
        if token in NAMED:
            return self.operator(token)
        if function_named(token[1:]) and token.startswith("\\"):
            return self.applied(function_named(token[1:]))
        if token in SYMBOLS or re.fullmatch(r"[^\W\d_]", token):
            return self.letter(SYMBOLS.get(token, token))
        if re.fullmatch(r"\d.*", token):
            return token
        raise self.error_at(
            f"{token} is not read here." if token else "The formula stops too early.",
            back=1 if token else 0,
        )

    def braces(self) -> str:
        """`{…}` prints nothing: a sum inside would be read without its brackets."""
        start = self.at
        inside = self.closed("}")
        if _is_sum(inside):
            self.at = start
            raise self.error_at("LaTeX doesn't print braces: write ( ) around this sum.", back=1)
        return f"({inside})"

    def fraction(self) -> str:
        place = self.at
        above, below = self.argument(), self.argument()
        if re.match(r"d\b", above) and below.startswith("d * "):
            self.at = place
            raise self.error_at(
                "This looks like a derivative: give the function alone, and the variable by --wrt.",
                back=1,
            )
        return f"(({above})/({below}))"

    def root(self) -> str:
        if self.peek() != "[":
            return f"sqrt({self.argument()})"
        self.take()
        index = self.closed("]")
        return f"pow({self.argument()}, 1/({index}))"

    def sum(self) -> str:
        r"""`\sum(…)` with nothing behind it; an index, or a sum of what follows, is not guessed."""
        place = self.at
        if self.peek() in {"_", "^"}:
            raise self.error_at(
                r"\sum over an index is not read: write it as a product of arrays, or as sum(…).",
                back=1,
            )
        if self.peek() in BRACKETS:
            inside = self.closed(OPENED[self.take()])
            if self.peek() in {"", *CLOSERS, "+", "-", "−", ",", "="}:
                return f"sum({inside})"
        self.at = place
        raise self.error_at(r"Where does this sum end? Put all of it into \sum( … ).", back=1)

    def letter(self, name: str, *, styled: bool = False) -> str:
        if name == "sigma" and self.peek() == "'" and self.peek(1) == "(":
            self.take()
            inside = self.closed(OPENED[self.take()])
            return f"(sigmoid({inside}) .* (1 - sigmoid({inside})))"
        known = name in self.functions or name == "sigma"
        if known and self.peek() == "^" and self.bracket_after_exponent():
            raise self.error_at(
                f"This may be a power of {name} times the bracket, or {name} of the bracket, "
                "raised: write the product with \\cdot, or the power behind the bracket."
            )
        if name == "sigma" and self.peek() == "(":
            return self.applied("sigmoid")
        if name in self.functions and (call := self.unknown(name)):
            return call
        if name == "Delta" and "Delta" not in (self.declared or ()) and self.is_plain():
            raise self.error_at(
                "Is \\Delta a factor or part of a name? Give the difference one letter."
            )
        named = self.with_foot(name, styled=styled)
        if known and named != name and self.peek() == "(":
            raise self.error_at(
                f"{named} may be a function or a factor: for a product write \\cdot before the "
                "bracket; for a function take one letter, such as h, and declare it."
            )
        return named

    def bracket_after_exponent(self) -> bool:
        ahead, depth = 1, 0
        while self.peek(ahead):
            depth += (self.peek(ahead) == "{") - (self.peek(ahead) == "}")
            ahead += 1
            if depth == 0:
                break
        exponent = {self.peek(1), self.peek(2)}
        return self.peek(ahead) == "(" and not exponent & TRANSPOSES

    # --- names ------------------------------------------------------------------------------

    def styled(self, token: str) -> str:
        place, styles = self.at, self.styles
        self.styles = {}  # the letter inside is not plain: it takes its style from here
        inside = self.argument()
        if re.fullmatch(r"\(?[\d.]+\)?", inside):
            self.at = place
            raise self.error_at("A bold number has no size here: give that vector a name.", back=1)
        if " " in inside:
            self.at = place
            raise self.error_at(f"{token} is read around one symbol.", back=1)
        if not _is_name(inside):
            self.styles = styles | self.styles
            return inside
        self.styles = styles
        return self.letter(inside, styled=True)

    def accented(self, token: str) -> str:
        place, styles = self.at, self.styles
        self.styles = {}  # with its accent it is another symbol
        inside = self.argument()
        self.styles = styles
        if not _is_name(inside):
            self.at = place
            raise self.error_at(
                f"{token} stands over one symbol; over more it has no meaning here.", 1
            )
        return self.with_foot(f"{inside}_{ACCENTS[token]}")

    def operator(self, token: str) -> str:
        place = self.at
        name = self.word()
        function = function_named(name)
        if function:
            return self.applied(function)
        if self.peek() == "(" and len(name) > 1:
            self.at = place
            raise self.error_at(
                f"{name} is no function that is known here; for a product write \\cdot before "
                "the bracket.",
                back=1,
            )
        return self.with_foot(name)

    def with_foot(self, name: str, *, styled: bool = False) -> str:
        place = self.at
        if self.peek() == "_":
            self.take()
            name = f"{name}_{self.word()}"
        if self.styles.setdefault(name, styled) != styled:
            self.at = place
            raise self.error_at(
                f"{name} stands here both bold and plain, and would be read as one symbol: give "
                "one of the two another letter.",
                back=1,
            )
        return name

    # --- functions --------------------------------------------------------------------------

    def norm(self, closing: str) -> str:
        inside = self.closed(closing)
        which = "2"
        if self.peek() == "_":
            self.take()
            which = self.peek(1) if self.peek() == "{" else self.peek()
            if which in {"1", "2", "F"}:
                self.word()
        if which not in {"1", "2", "F"}:
            raise self.error_at(
                "Norms are ‖·‖₁, ‖·‖₂ and ‖·‖_F.", back=0 if self.peek() != "{" else -1
            )
        return f"norm{'1' if which == '1' else '2'}({inside})"

    def applied(self, name: str) -> str:
        base = self.base(name)
        power = self.function_power(name) if self.peek() == "^" else ""
        if self.peek() in BRACKETS:
            inside = self.closed(OPENED[self.take()])
        elif self.peek() == "{":
            self.take()
            inside = self.closed("}")
            if self.peek() not in {"", self.pending[-1], *CLOSERS, *SIGNS}:
                raise self.error_at(
                    f"LaTeX doesn't print braces: put the argument of {name} into ( )."
                )
        else:
            inside = self.bare_argument(name)
        return f"(log({inside}){base}){power}" if base else f"{name}({inside}){power}"

    def base(self, name: str) -> str:
        if self.peek() != "_":
            return ""
        if name != "log":
            raise self.error_at(f"A foot of {name} is not read.")
        self.take()
        return f"/log({self.argument()})"

    def function_power(self, name: str) -> str:
        place = self.at
        power = self.exponent("")
        if not re.fullmatch(r"'|\^\([1-9]\w*\)", power):
            self.at = place
            raise self.error_at(
                f"{name} with this exponent may mean its inverse function or its reciprocal: write "
                f"the power behind the bracket, as in {name}(x)^{{-1}}."
            )
        return power

    def bare_argument(self, name: str) -> str:
        r"""`\sin 2x` is sin(2x): letters and numbers side by side belong to the argument."""
        juxtaposed = self.is_plain()
        pieces = [self.operand()]
        while juxtaposed and self.is_plain():
            pieces.append(self.operand())
        token = self.peek()
        ends = not token or token in CLOSERS or token == self.pending[-1]
        if not (ends or token in SIGNS.keys() - {"/"} or self.names_function()):
            raise self.error_at(f"Where does the argument of {name} end? Put it into ( ).")
        return " * ".join(pieces)

    def unknown(self, name: str) -> str:
        """f(…), f′(…), f″(…); nothing where no bracket follows."""
        primes = 0
        while self.peek(primes) == "'":
            primes += 1
        if self.peek(primes) != "(":
            return ""
        self.at += primes
        return self.applied(name + "'" * primes)

    # --- exponents --------------------------------------------------------------------------

    def raised(self, value: str) -> str:
        while self.peek() in {"^", "'"}:
            if self.peek() == "'":
                self.take()
                value += "'"
            else:
                value = value + self.exponent(value)
        return value

    def exponent(self, base: str) -> str:
        self.take()
        if self.peek() in TRANSPOSES:
            self.take()
            return "'"
        if re.fullmatch(r"\d\d+|\d+\.\d+", self.peek()):
            raise self.error_at(f"LaTeX raises only the first digit: write ^{{{self.peek()}}}.")
        if self.peek() != "{":
            return self.transposed_or_power(self.argument())
        start = self.at
        self.take()
        if self.peek() in TRANSPOSES and self.peek(1) == "}":
            self.at += 2
            return "'"
        if self.peek() == "-" and self.peek(1) in TRANSPOSES and self.peek(2) == "}":
            self.at += 3
            return "^(-1)'"
        entrywise = self.peek() in {r"\odot", r"\circ"}
        if entrywise:
            self.take()
        inside = self.closed("}")
        layer = re.fullmatch(r"\(([\w +\-]+)\)", inside)
        if layer and not entrywise and base:
            return self.layer(base, layer[1].replace(" ", ""), start)
        return f".^({inside})" if entrywise else self.transposed_or_power(inside)

    def transposed_or_power(self, inside: str) -> str:
        return "'" if inside == "T" else f"^({inside})"

    def layer(self, base: str, which: str, start: int) -> str:
        """`W^{(1)}` is a name, never a power."""
        plain = which if re.fullmatch(r"\w+", which) else f"({which})"
        if self.declared is not None and f"{base}^{plain}" not in self.declared:
            self.at = start
            raise self.error_at(
                f"{base}^({which}) is a layer, which needs a declaration, as in "
                f'"{base}^({which}): m×n"; for a power write the exponent without brackets.'
            )
        return f"^({which})"


def _is_name(text: str) -> bool:
    return re.fullmatch(r"[^\W\d]\w*", text) is not None and text not in FUNCTIONS


def _is_sum(inside: str) -> bool:
    """Whether a + or − stands outside all brackets."""
    depth = 0
    for place, sign in enumerate(inside):
        depth += (sign in "([") - (sign in ")]")
        if depth == 0 and sign == "-" and place == 0:
            return True
        if depth == 0 and sign in "+-" and inside[place - 1 : place + 2] == f" {sign} ":
            return True
    return False
