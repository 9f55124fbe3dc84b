"""Declarations: `X: d×n, y: n×1, lam: scalar, P: d×d symmetric, f: function`.

A size is a number or a name; `d×1` is a column. Marks after the shape: symmetric, diagonal,
constant, distribution (the entries of a column sum to one), one-hot (a distribution too).

Notes: A.8, Definition 477
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from pellucid.calculus.algebra import expression as ex
from pellucid.calculus.algebra.expression import Expression
from pellucid.calculus.algebra.shapes import SCALAR, Shape, Size, shape_text
from pellucid.calculus.language.latex_input import plain_name as latex_name
from pellucid.calculus.language.names import plain_name
from pellucid.errors import FormulaError

MARKS = {
    "symmetric": "symmetric",
    "diagonal": "diagonal",
    "constant": "constant",
    "distribution": "distribution",
    "one-hot": "distribution",
    "onehot": "distribution",
    "variable": "",
}
WORDS: dict[str, Shape] = {"scalar": SCALAR, "number": SCALAR}
NAME = r"[^\W\d]\w*(?:\^(?:\w+|\([\w\-+]+\)))?"
_SIZE = re.compile(r"^(?:\d+|[^\W\d]\w*(?:\^\w+)?)$")


@dataclass(frozen=True)
class Declarations:
    """What each name stands for.

    Parameters
    ----------
    symbols : dict of str to Expression
        The declared scalars, vectors, matrices and tensors.
    functions : dict of str to str
        Unknown functions: "entry" (of each entry) or "scalar" (an array becomes a scalar).
    """

    symbols: dict[str, Expression] = field(default_factory=dict)
    functions: dict[str, str] = field(default_factory=dict)

    @property
    def sizes(self) -> tuple[str, ...]:
        """Names used as sizes, in order of appearance."""
        found = [s for e in self.symbols.values() for s in e.shape if isinstance(s, str)]
        return tuple(dict.fromkeys(found))

    def __str__(self) -> str:
        shapes = [f"{name}: {shape_text(e.shape)[1:-1]}" for name, e in self.symbols.items()]
        return ", ".join(shapes + [f"{name}: function" for name in self.functions])


def symbol_name(name: str) -> str:
    r"""The name of a symbol that a person wrote, in LaTeX too.

    >>> symbol_name(r"\hat{y}"), symbol_name("θ"), symbol_name("W^{(1)}")
    ('y_hat', 'theta', 'W^1')
    """
    return plain_name(latex_name(name.strip()))


def declare(where: str | Mapping[str, str | tuple[Size, ...]] | None) -> Declarations:
    """Read declarations from text or a mapping.

    Parameters
    ----------
    where : str or mapping
        `"X: d×n, y: n×1"`, or `{"X": ("d", "n"), "y": "n×1"}`.

    Returns
    -------
    Declarations

    Raises
    ------
    FormulaError
        A declaration cannot be read, or a name is declared twice.

    Examples
    --------
    >>> print(declare("X: d×n, y: n, lam: scalar"))
    X: d×n, y: n×1, lam: 1×1

    Notes: Definition 473, Definition 477
    """
    symbols: dict[str, Expression] = {}
    functions: dict[str, str] = {}
    for name, meaning in _pairs(where):
        if name in symbols or name in functions:
            raise FormulaError(f"{name} is declared twice; keep one of the two.")
        if isinstance(meaning, str) and "function" in meaning.split():
            functions[name] = "scalar" if "scalar" in meaning.split() else "entry"
            continue
        shape, marks = _shape_and_marks(name, meaning)
        symbols[name] = ex.symbol(name, shape, marks)
    used_as_sizes = {s for e in symbols.values() for s in e.shape if isinstance(s, str)}
    for name in used_as_sizes & set(symbols):
        if symbols[name].shape != SCALAR:
            raise FormulaError(f"{name} is used both as a size and as an array.")
        del symbols[name]
    return Declarations(symbols, functions)


def _pairs(
    where: str | Mapping[str, str | tuple[Size, ...]] | None,
) -> list[tuple[str, str | tuple[Size, ...]]]:
    if where is None:
        return []
    if isinstance(where, Mapping):
        return [(symbol_name(name), meaning) for name, meaning in where.items()]
    pairs: list[tuple[str, str | tuple[Size, ...]]] = []
    for piece in re.split(r"[,;\n](?![^(]*\))(?![^{]*\})", where):
        if not piece.strip():
            continue
        names, colon, meaning = piece.partition(":")
        if not colon or not meaning.strip():
            raise FormulaError(
                f"Cannot read the declaration {piece.strip()!r}. Write name, colon, shape, "
                'as in "X: d×n, y: n×1, lam: scalar".'
            )
        for written in re.sub(r"(\\[A-Za-z]+)\s+(?=[\w{\\])", r"\1{}", names).split():
            name = symbol_name(written.replace("{}", " "))
            if not re.fullmatch(NAME, name):
                raise FormulaError(f"{written!r} is not a name: use letters, digits and _.")
            pairs.append((name, meaning.strip()))
    return pairs


def _shape_and_marks(name: str, meaning: str | tuple[Size, ...]) -> tuple[Shape, frozenset[str]]:
    if not isinstance(meaning, str):
        return _full(name, tuple(meaning)), frozenset()
    first, *rest = meaning.replace("(", " ").replace(")", " ").split()
    joined = re.sub(r"\s*[×x*]\s*(?=\S)", "×", " ".join([first, *rest]))
    pieces = joined.split()
    shape_words = [p for p in pieces if p not in MARKS]
    unknown_marks = shape_words[1:]
    if unknown_marks:
        raise FormulaError(
            f"{name}: {' '.join(unknown_marks)!r} is neither a shape nor a mark. "
            f"Marks are {', '.join(k for k in MARKS if k)}."
        )
    marks = frozenset(MARKS[p] for p in pieces if p in MARKS) - {""}
    shape = WORDS.get(shape_words[0]) if shape_words else None
    if shape is None:
        if not shape_words:
            raise FormulaError(f"{name}: a shape is missing, as in {name}: d×n.")
        shape = _full(name, tuple(_size(name, p) for p in shape_words[0].split("×")))
    _check_marks(name, shape, marks)
    return shape, marks


def _size(name: str, piece: str) -> Size:
    if not _SIZE.match(piece):
        raise FormulaError(f"{name}: {piece!r} is not a size; use a number or a name, as in d×n.")
    if piece.isdigit() and not 0 < int(piece) < 10**9:
        raise FormulaError(f"{name}: a size must lie between 1 and 10⁹, not {piece}.")
    return int(piece) if piece.isdigit() else piece


def _full(name: str, sizes: tuple[Size, ...]) -> Shape:
    if len(sizes) > 6:
        raise FormulaError(f"{name}: at most 6 axes are supported.")
    if len(sizes) > 2:
        if 1 in sizes:
            kept = tuple(s for s in sizes if s != 1)
            return _full(name, kept) if kept else SCALAR
        return sizes
    return sizes if len(sizes) == 2 else (sizes[0], 1)


def _check_marks(name: str, shape: Shape, marks: frozenset[str]) -> None:
    square = len(shape) == 2 and shape[0] == shape[1]
    for mark in sorted(marks & {"symmetric", "diagonal"}):
        if not square:
            raise FormulaError(f"{name} is {shape_text(shape)}: only a square matrix is {mark}.")
    if "distribution" in marks and (len(shape) != 2 or shape[1] != 1):
        raise FormulaError(f"{name} is {shape_text(shape)}: only a column is a distribution.")
