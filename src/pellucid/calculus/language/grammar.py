"""The grammar of formulas: what people type at matrixcalculus.org and in NumPy.

`read_syntax` gives a tree of `Syntax` nodes that know where they stand in the text, so that later
errors can point there.

Notes: A.1, (A.3)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedEOF, UnexpectedInput, UnexpectedToken

from pellucid.calculus.language.names import plain_name
from pellucid.errors import FormulaError

LONGEST = 20_000
DEEPEST = 60
MOST_PARTS = 4000

GRAMMAR = r"""
?start: sum
?sum: product
    | sum "+" product              -> add
    | sum _MINUS product           -> subtract
?product: unary
    | product (TIMES | "@") unary  -> multiply
    | product HADAMARD unary       -> hadamard
    | product "/" unary            -> divide
    | product "./" unary           -> divide_entries
?unary: power
    | _MINUS unary                 -> negative
    | "+" unary                    -> same
?power: postfix
    | postfix ("^" | "**") exponent  -> power
    | postfix ".^" exponent        -> power_entries
    | postfix SUPERSCRIPT          -> power_sign
?exponent: postfix
    | _MINUS exponent              -> negative
?postfix: atom
    | postfix TRANSPOSE            -> transpose
    | postfix "[" place ("," place)* "]"  -> index
?place: sum | ":"                  -> every
?atom: NUMBER                      -> number
    | NAME                         -> name
    | CALL "(" sum ("," sum)* ")"  -> call
    | "(" sum ")"                  -> same
    | "‖" sum "‖"                  -> norm
    | "||" sum "||"                -> norm
_MINUS: "-" | "−" | "–"
TIMES: "*" | "×" | "·"
HADAMARD.3: ".*" | "⊙" | "∘"
TRANSPOSE.3: /'|\.T(?!\w)|ᵀ|⊤|\^T(?!\w)|\^⊤/
SUPERSCRIPT: "²" | "³"
NUMBER: /(\d+(\.\d+)?|\.\d+)([eE][+-]?\d+)?/
CALL.4: /[^\W\d²³ᵀ](?:(?![²³ᵀ])\w)*(\^\([\w+\-]+\)|\^\w+)?'*(?=\s*\()/
NAME: /[^\W\d²³ᵀ](?:(?![²³ᵀ])\w)*/
%ignore /\s+/
"""


@dataclass(frozen=True)
class Syntax:
    """A node of the text: operation, arguments, and where it stands."""

    operation: str
    arguments: tuple[Syntax, ...]
    span: tuple[int, int]
    value: str = ""

    def walk(self) -> Iterator[Syntax]:
        """Every node, arguments before what they stand in, without recursion."""
        stack = [(self, False)]
        while stack:
            node, ready = stack.pop()
            if ready:
                yield node
            else:
                stack.append((node, True))
                stack.extend((argument, False) for argument in reversed(node.arguments))


def _converted(tree: Tree[Token]) -> Syntax:
    """Bottom-up without recursion, so that a long formula cannot exhaust the stack."""
    made: dict[int, Syntax] = {}
    for count, part in enumerate(tree.iter_subtrees()):
        if count > MOST_PARTS:
            raise FormulaError(
                f"The formula has more than {MOST_PARTS} parts; name some of them and give them "
                "one by one."
            )
        span = (part.meta.start_pos, part.meta.end_pos)
        inner = tuple(made[id(c)] for c in part.children if isinstance(c, Tree))
        tokens = [str(c) for c in part.children if isinstance(c, Token)]
        operation = str(part.data)
        if operation == "same":
            made[id(part)] = inner[0]
        elif operation == "power_sign":
            exponent = Syntax("number", (), span, {"²": "2", "³": "3"}[tokens[-1]])
            made[id(part)] = Syntax("power", (inner[0], exponent), span)
        else:
            value = tokens[0] if operation in {"number", "name", "call"} else ""
            value = value if operation == "number" else plain_name(value)
            made[id(part)] = Syntax(operation, inner, span, value)
    return made[id(tree)]


@cache
def _parser() -> Lark:
    return Lark(
        GRAMMAR,
        parser="lalr",
        lexer="basic",
        propagate_positions=True,
        maybe_placeholders=False,
    )


def with_caret(text: str, span: tuple[int, int], message: str) -> str:
    """The message with the formula and a caret under the place.

    >>> print(with_caret("a + b", (4, 5), "No b here."))
    No b here.
      a + b
          ^
    """
    start, end = span
    line_start = text.rfind("\n", 0, start) + 1
    line_end = text.find("\n", start)
    line = text[line_start : line_end if line_end >= 0 else len(text)]
    column = start - line_start
    width = max(1, min(end - start, len(line) - column))
    if len(line) > 160:
        cut = max(0, column - 60)
        line, column = line[cut : cut + 140], column - cut
        width = min(width, 140 - column)
    return f"{message}\n  {line}\n  {' ' * column}{'^' * width}"


def _check_size(text: str) -> None:
    if not text.strip():
        raise FormulaError('The formula is empty. Type one, as in "norm2(X\'*theta - y)^2".')
    if len(text) > LONGEST:
        raise FormulaError(
            f"The formula has {len(text)} characters; at most {LONGEST} are read. "
            "Name its parts and give them one by one."
        )
    depth = 0
    for place, sign in enumerate(text):
        depth += (sign in "([") - (sign in ")]")
        if depth > DEEPEST:
            message = f"Brackets are nested more than {DEEPEST} deep."
            raise FormulaError(with_caret(text, (place, place + 1), message))
    run = re.search(r"[-−+]{60}|'{60}|(?:\^\s*-?\s*\w+\s*){60}", text)
    if run:
        message = "The same sign is repeated too often here."
        raise FormulaError(with_caret(text, (run.start(), run.start() + 1), message))


def read_syntax(text: str) -> Syntax:
    """The tree of a formula.

    Raises
    ------
    FormulaError
        With a caret under the place where reading stopped.

    Examples
    --------
    >>> read_syntax("X' * theta").operation
    'multiply'

    Notes: A.1
    """
    _check_size(text)
    try:
        tree = _parser().parse(text)
    except UnexpectedInput as problem:
        raise FormulaError(_complaint(text, problem)) from None
    return _converted(tree)


def _complaint(text: str, problem: UnexpectedInput) -> str:
    if isinstance(problem, UnexpectedEOF) or (
        isinstance(problem, UnexpectedToken) and problem.token.type == "$END"
    ):
        end = len(text.rstrip())
        opened = text.count("(") - text.count(")")
        hint = f" {opened} bracket(s) are still open." if opened > 0 else ""
        return with_caret(text, (end, end + 1), f"The formula stops before it is complete.{hint}")
    place = problem.pos_in_stream or 0
    if isinstance(problem, UnexpectedCharacters):
        return with_caret(
            text, (place, place + 1), f"The sign {text[place]!r} is not part of a formula."
        )
    token = str(getattr(problem, "token", text[place : place + 1]))
    hint = ""
    if re.match(r"[\w(]", token) and place and re.search(r"[\w)'\]]\s*$", text[:place]):
        hint = " Two factors stand side by side: write * between them."
    return with_caret(
        text, (place, place + max(1, len(token))), f"{token!r} was not expected here.{hint}"
    )
