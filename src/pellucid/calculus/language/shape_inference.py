"""Shapes that nobody declared, worked out from the formula by unification.

Names suggest a kind (capital: matrix; lower case: column; λ, η, n …: scalar); products, sums and
functions then tie the sizes together. What was worked out is always stated with the answer.

Notes: A.1 (A.3), N 28
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from pellucid.calculus.algebra import expression as ex
from pellucid.calculus.algebra.functions import TABLE
from pellucid.calculus.algebra.shapes import SCALAR, Size
from pellucid.calculus.language.declarations import Declarations
from pellucid.calculus.language.grammar import Syntax, with_caret
from pellucid.errors import FormulaError, ShapeError

SIZE_NAMES = {"n", "d", "m", "k", "K", "r", "p"}
SCALAR_NAMES = {
    *("lam", "eta", "eps", "alpha", "gamma", "rho", "tau", "delta", "s", "t", "c", "i", "j"),
    *("theta_0", "w_0", "b_0", "lambda", "pi"),
}
PREFERRED = {
    ("theta", 0): "d",
    ("w", 0): "d",
    ("beta", 0): "d",
    ("y", 0): "n",
    ("X", 0): "d",
    ("X", 1): "n",
    ("x", 0): "d",
    ("Theta", 0): "d",
    ("W", 0): "m",
    ("W", 1): "n",
}
SPARE = ("m", "n", "k", "p", "q", "r", "d", "h", "l", "u", "v")
TO_SCALAR = {"norm1", "norm2", "norm", "sum", "mean", "max", "logsumexp", "tr", "trace"} | {
    *("det", "logdet", "dot"),
}
MOST_CHOICES = 40  # of capitals that are no matrices
SQUARE = {"tr", "trace", "det", "logdet", "inv"}


class _Size:
    """A size to be found; `plural` when it cannot be 1."""

    __slots__ = ("parent", "plural", "value")

    def __init__(self, value: Size | None = None, plural: bool = False) -> None:
        self.parent: _Size | None = None
        self.value = value
        self.plural = plural or (value is not None and value != 1)

    def root(self) -> _Size:
        node = self
        while node.parent is not None:
            node = node.parent
        return node


_Pair = tuple[_Size, _Size]


def _spelled(pair: _Pair) -> str:
    sizes = [size.root().value for size in pair]
    return f"({'×'.join('?' if size is None else str(size) for size in sizes)})"


@dataclass
class _Delayed:
    node: Syntax
    left: _Pair
    right: _Pair
    result: _Pair


class _Unifier:
    def __init__(self, declared: Declarations, text: str, attempt: _Attempt) -> None:
        self.declared = declared
        self.text = text
        self.attempt = attempt
        self.known: dict[int, _Pair] = {}
        self.found: dict[str, _Pair] = {}
        self.delayed: list[_Delayed] = []

    # sizes
    def join(self, one: _Size, other: _Size, node: Syntax, around: str = "") -> None:
        one, other = one.root(), other.root()
        if one is other:
            return
        if one.value is not None and other.value is not None and one.value != other.value:
            message = f"The sizes {one.value} and {other.value} meet here and differ."
            raise ShapeError(with_caret(self.text, node.span, message + self._sides(node, around)))
        if (one.plural and other.value == 1) or (other.plural and one.value == 1):
            message = "A single number and a longer array meet here."
            raise ShapeError(with_caret(self.text, node.span, message + self._sides(node, around)))
        other.parent = one
        one.value = one.value if one.value is not None else other.value
        one.plural = one.plural or other.plural

    def scalar(self, pair: _Pair) -> bool:
        return all(size.root().value == 1 for size in pair)

    def certain(self, pair: _Pair) -> bool:
        return any(size.root().plural for size in pair)

    def _sides(self, node: Syntax, around: str) -> str:
        """The shapes of the two parts of a node, as far as they are known."""
        if len(node.arguments) != 2:
            return ""
        sides = [
            f"{self.text[slice(*part.span)]} is {_spelled(self.shape(part))}"
            for part in node.arguments
        ]
        wanted = f"; what stands around needs {around}" if around else ""
        return f" {', '.join(sides)}{wanted}."

    # shapes
    def shape(self, node: Syntax) -> _Pair:
        known = self.known.get(id(node))
        if known is None:
            known = self.known[id(node)] = self._shape(node)
        return known

    def _shape(self, node: Syntax) -> _Pair:
        method = getattr(self, f"_{node.operation}", None)
        if method is not None:
            found: _Pair = method(node)
            return found
        if node.operation in {"negative", "power_entries"}:
            return self._first(node)
        raise FormulaError(
            with_caret(
                self.text, node.span, "Shapes cannot be worked out here; declare the symbols."
            )
        )

    def _first(self, node: Syntax) -> _Pair:
        first = self.shape(node.arguments[0])
        for other in node.arguments[1:]:
            self.shape(other)
        return first

    def _power(self, node: Syntax) -> _Pair:
        """A number or a square matrix, where nothing yet says that it is longer than wide.

        The exponent is a number.
        """
        rows, columns = self._first(node)
        for size in self.shape(node.arguments[1]):
            self.join(size, _Size(1), node)
        if not self.certain((rows, columns)) or (rows.root().plural and columns.root().plural):
            self.join(rows, columns, node)
        return rows, columns

    def _number(self, _: Syntax) -> _Pair:
        return (_Size(1), _Size(1))

    _every = _number  # a subscript has no shape of its own

    def _norm(self, node: Syntax) -> _Pair:
        self.shape(node.arguments[0])
        return (_Size(1), _Size(1))

    def _name(self, node: Syntax) -> _Pair:
        name = node.value
        if name in self.declared.symbols:
            shape = self.declared.symbols[name].shape
            if len(shape) > 2:
                raise FormulaError("With tensors every symbol needs a declaration.")
            return (_Size(shape[0]), _Size(shape[1]))
        if name in self.declared.sizes or name in self.attempt.scalars:
            return (_Size(1), _Size(1))
        if name not in self.found:
            matrix = name[0].isupper() and name not in self.attempt.narrow
            self.found[name] = (
                _Size(plural=matrix or name in self.attempt.long),
                _Size(plural=matrix) if name[0].isupper() else _Size(1),
            )
        return self.found[name]

    def _transpose(self, node: Syntax) -> _Pair:
        rows, columns = self.shape(node.arguments[0])
        return (columns, rows)

    def _index(self, node: Syntax) -> _Pair:
        rows, columns = self.shape(node.arguments[0])
        every = [place.operation == "every" for place in node.arguments[1:]]
        return (rows if every[0] else _Size(1), columns if every[1:] == [True] else _Size(1))

    def _divide(self, node: Syntax) -> _Pair:
        above, below = (self.shape(a) for a in node.arguments)
        for size in below:
            self.join(size, _Size(1), node)
        return above

    def _sum_like(self, node: Syntax) -> _Pair:
        one, other = (self.shape(a) for a in node.arguments)
        if node.arguments[0].operation == "number":
            return other
        if node.arguments[1].operation == "number":
            return one
        if self.scalar(one):
            return other
        if self.scalar(other):
            return one
        for left, right in zip(one, other, strict=True):
            self.join(left, right, node)
        return one

    _add = _subtract = _hadamard = _divide_entries = _sum_like

    def _multiply(self, node: Syntax) -> _Pair:
        left, right = (self.shape(a) for a in node.arguments)
        result = (_Size(), _Size())
        delayed = _Delayed(node, left, right, result)
        if self.scalar(left):
            return right
        if self.scalar(right):
            return left
        if not self._settle(delayed):
            self.delayed.append(delayed)
        return result

    def _settle(self, product: _Delayed, force: bool = False) -> bool:
        left, right, result, node = product.left, product.right, product.result, product.node
        if left[1].root().value == 1 and right[0].root().plural and not left[0].root().plural:
            self.join(left[0], _Size(1), node)  # a column before a matrix conforms as a number only
        if self.scalar(left):
            pairs = list(zip(result, right, strict=True))
        elif self.scalar(right):
            pairs = list(zip(result, left, strict=True))
        elif force and self._two_columns(left, right):
            for size in (left[0], right[0]):
                self.join(size, _Size(1), node)
            pairs = [(result[0], left[0]), (result[1], right[1])]
        elif force or (self.certain(left) and self.certain(right)):
            pairs = [(left[1], right[0]), (result[0], left[0]), (result[1], right[1])]
        else:
            return False
        around = _spelled(result) if any(size.root().value for size in result) else ""
        for one, other in pairs:
            self.join(one, other, node, around)
        return True

    def _two_columns(self, left: _Pair, right: _Pair) -> bool:
        """y*log(g), nothing else being known: two numbers."""
        columns = left[1].root().value == 1 and right[1].root().value == 1
        return columns and left[0].root().value is None and right[0].root().value is None

    def _call(self, node: Syntax) -> _Pair:
        name = node.value
        inner = [self.shape(a) for a in node.arguments]
        if name in SQUARE:
            self.join(inner[0][0], inner[0][1], node)
        if name == "dot":
            self.join(inner[0][0], inner[1][0], node)
            self.join(inner[0][1], inner[1][1], node)
        if name in TO_SCALAR or self.declared.functions.get(name) == "scalar":
            return (_Size(1), _Size(1))
        if name == "diag":
            rows, columns = inner[0]
            if columns.root().value == 1:
                return (rows, rows)
            if rows.root().plural and columns.root().plural:
                self.join(rows, columns, node)
            return (rows, _Size(1))
        if name == "transpose":
            return (inner[0][1], inner[0][0])
        if name == "bars":
            if self.certain(inner[0]):
                self.join(inner[0][0], inner[0][1], node)
            return (_Size(1), _Size(1))
        if name in {"vector", "matrix"} and len(inner) == 1:
            return (_Size(1), _Size(1))
        known = name in TABLE or name.rstrip("'") in {*self.declared.functions, "f", "g", "h"}
        if known or name in {"inv", "softmax", "sqrt", "square", "ln", "logistic", "onehot"}:
            return inner[0]
        raise FormulaError(with_caret(self.text, node.span, _to_declare(node)))

    def run(self, syntax: Syntax) -> None:
        for node in syntax.walk():
            self.shape(node)
        if self.attempt.whole:
            for size in self.shape(syntax):
                self.join(size, _Size(1), syntax)
        while self.delayed:
            left = [product for product in self.delayed if not self._settle(product)]
            if len(left) == len(self.delayed):
                self._settle(left.pop(0), force=True)
            self.delayed = left


def missing_names(syntax: Syntax, declared: Declarations) -> tuple[str, ...]:
    """Names that the formula uses and nobody declared."""
    known = set(declared.symbols) | set(declared.sizes)
    return tuple(name for name in _all_names(syntax) if name not in known)


def infer(
    syntax: Syntax, declared: Declarations, text: str, *, scalar: bool = False
) -> Declarations:
    """Declarations for every name of the formula.

    A capital is a matrix, unless the formula conforms only with a row or a column there.

    Parameters
    ----------
    syntax : Syntax
    declared : Declarations
        What is known already.
    text : str
        The formula, for the place of an error.
    scalar : bool
        Whether the formula should be a single number, where nothing makes it longer.

    Raises
    ------
    ShapeError
        No assignment of shapes makes the formula conform.

    Examples
    --------
    >>> from pellucid.calculus.language.grammar import read_syntax
    >>> formula = "norm2(X'*theta - y)^2/n"
    >>> print(infer(read_syntax(formula), Declarations(), formula))
    X: d×n, theta: d×1, y: n×1
    >>> formula = "(theta'*X - Y)*(theta'*X - Y)'/n"
    >>> print(infer(read_syntax(formula), Declarations(), formula))
    theta: d×1, X: d×n, Y: 1×n

    Notes: (A.3), KE 55
    """
    unifier = _unified(syntax, declared, text, scalar)
    names = _named_sizes(unifier)
    symbols = dict(declared.symbols)
    for name, pair in unifier.found.items():
        shape = tuple(_value(size.root(), names) for size in pair)
        symbols[name] = ex.symbol(name, shape)
    sizes = {s for e in symbols.values() for s in e.shape if isinstance(s, str)}
    for name in _all_names(syntax):
        if name not in symbols and name not in sizes:
            symbols[name] = ex.symbol(name, SCALAR)
    return Declarations(symbols, declared.functions)


def _to_declare(node: Syntax) -> str:
    """The declaration that a function needs whose sizes are numbers, as conv."""
    names = dict.fromkeys(n.value for n in node.walk() if n.operation == "name")
    lengths = zip(names, (5, *[2] * len(names)), strict=False)
    example = ", ".join(f"{name}: {length}" for name, length in lengths)
    return (
        f"The result of {node.value}( … ) is as long as its sizes say: declare them as numbers, "
        f'as in --where "{example}".'
    )


@dataclass(frozen=True)
class _Attempt:
    """What is supposed about names, before the formula is asked whether it conforms.

    `narrow` capitals need not be matrices, `long` names are no numbers, `scalars` are; `whole`
    says that the formula is a single number.
    """

    whole: bool
    narrow: frozenset[str]
    long: frozenset[str]
    scalars: frozenset[str]


def _attempts(syntax: Syntax, declared: Declarations, scalar: bool) -> Iterator[_Attempt]:
    """The likeliest first: an inner product such as θ'x makes the formula a number."""
    missing = missing_names(syntax, declared)
    scalars = frozenset(n for n in missing if n in SCALAR_NAMES) | _sizes_meant(syntax)
    capitals = [n for n in missing if n[0].isupper() and n not in scalars]
    turned = _turned_first(syntax) - scalars
    several = [(), *((n,) for n in capitals), *combinations(capitals, 2), tuple(capitals)]
    if turned:
        yield _Attempt(True, frozenset(), turned, scalars)
        if "Y" in capitals and "Y" not in turned:
            yield _Attempt(True, frozenset({"Y"}), turned, scalars)
    for whole in (True, False) if scalar else (False,):
        for narrow in dict.fromkeys(several[:MOST_CHOICES]):
            yield _Attempt(whole, frozenset(narrow), frozenset(), scalars)


def _sizes_meant(syntax: Syntax) -> frozenset[str]:
    """n and d, and other letters for sizes where they only multiply or divide."""
    elsewhere = {
        argument.value
        for node in syntax.walk()
        if node.operation not in {"multiply", "divide", "power", "negative"}
        for argument in node.arguments
        if argument.operation == "name"
    }
    return frozenset({"n", "d"} | (SIZE_NAMES - elsewhere))


def _turned_first(syntax: Syntax) -> frozenset[str]:
    """The x of x'y: an inner product of more than one entry."""
    return frozenset(
        node.arguments[0].arguments[0].value
        for node in syntax.walk()
        if node.operation == "multiply"
        and node.arguments[0].operation == "transpose"
        and node.arguments[0].arguments[0].operation == "name"
    )


def _unified(syntax: Syntax, declared: Declarations, text: str, scalar: bool) -> _Unifier:
    problems: list[ShapeError] = []
    for attempt in _attempts(syntax, declared, scalar):
        unifier = _Unifier(declared, text, attempt)
        try:
            unifier.run(syntax)
            return unifier
        except ShapeError as problem:
            plainest = not attempt.whole and not attempt.narrow
            problems.insert(0 if plainest else len(problems), problem)
    raise problems[0]


def _value(size: _Size, names: dict[int, str]) -> Size:
    return size.value if size.value is not None else names[id(size)]


def _named_sizes(unifier: _Unifier) -> dict[int, str]:
    names: dict[int, str] = {}
    taken = set(unifier.declared.sizes) | set(unifier.declared.symbols) | set(unifier.found)
    open_sizes = [
        (name, axis, size.root())
        for name, pair in unifier.found.items()
        for axis, size in enumerate(pair)
        if size.root().value is None
    ]
    for (symbol, axis), wish in PREFERRED.items():
        for name, axis_, root in open_sizes:
            if (name, axis_) == (symbol, axis) and id(root) not in names and wish not in taken:
                names[id(root)] = wish
                taken.add(wish)
    spare = iter([*SPARE, *(f"m{k}" for k in range(2, 200))])
    for _, _, root in open_sizes:
        if id(root) not in names:
            names[id(root)] = next(name for name in spare if name not in taken)
            taken.add(names[id(root)])
    return names


def _all_names(syntax: Syntax) -> list[str]:
    found = sorted((n.span[0], n.value) for n in syntax.walk() if n.operation == "name")
    return list(dict.fromkeys(name for _, name in found))
