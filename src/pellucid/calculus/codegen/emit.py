"""Code from expressions: NumPy, JAX and PyTorch, vectorised, with shared parts computed once.

Every array has its declared shape, columns included; a chain of products is multiplied in the
cheapest order, and `inv(A) * b` is solved, not inverted.

Notes: §A.8.3, C 488
"""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Callable, Mapping
from fractions import Fraction

from pellucid.calculus.algebra import expression as ex
from pellucid.calculus.algebra.expression import Expression
from pellucid.calculus.algebra.functions import TABLE
from pellucid.calculus.algebra.index_form import einsum_letters
from pellucid.calculus.algebra.shapes import Size, axes_of, is_scalar
from pellucid.calculus.codegen.targets import PRELUDES, TARGETS, Target
from pellucid.errors import FormulaError

TYPICAL_SIZE = 1000
# What the code itself is made of; its temporaries are t1, t2, …
RESERVED = frozenset(
    {*keyword.kwlist, *dir(builtins), "np", "jnp", "jax", "torch", "value", "gradient", "hessian"}
) | frozenset(name for prelude in PRELUDES.values() for name in prelude)
LONGEST_SUM = 50  # terms in one line
MOST_ORDERED = 40  # factors of a product whose cheapest order is looked for


def identifier(name: str) -> str:
    """A Python name for a symbol: `W^1` → `W_1`, `f'` → `f_prime`; `np` → `np_`."""
    plain = re.sub(r"\W+", "_", name.replace("'", "_prime"))
    plain = plain.rstrip("_") if name.endswith(")") else plain
    return plain + "_" if plain in RESERVED or re.fullmatch(r"t\d+_*", plain) else plain


class Emitter:
    """Writes one function body; equal parts get one line."""

    def __init__(self, target: str, sizes: Mapping[str, int] | None = None) -> None:
        if target not in TARGETS:
            raise FormulaError(f"Code is written for {', '.join(TARGETS)}; not for {target!r}.")
        self.target: Target = TARGETS[target]
        self.lines: list[str] = []
        self.names: dict[Expression, str] = {}
        self.used: set[str] = set()
        self.sizes = dict(sizes or {})
        self.shared_decay: set[Expression] = set()
        self.guarded: frozenset[Expression] = frozenset()
        self.dtype = ""

    def line(self, code: str) -> str:
        """A new line `t3 = code`; its name."""
        name = f"t{len(self.lines) + 1}"
        self.lines.append(f"{name} = {code}")
        return name

    def of(self, e: Expression) -> str:
        """Code for the expression: a name or a number."""
        if e.operation == "number":
            return _literal(e.detail)
        if e.operation == "symbol":
            return identifier(e.detail)
        known = self.names.get(e)
        if known is None:
            known = self.names[e] = self._new(e)
        return known

    def _new(self, e: Expression) -> str:
        rule = RULES.get(e.operation)
        if rule is not None:
            return rule(self, e)
        argument = self.of(e.arguments[0])
        if e.arguments[0] in self.shared_decay and e.operation in {"softplus", "sigmoid"}:
            return self._with_decay(e, argument)
        if e.operation in TABLE:
            if e.operation in self.target.prelude_functions:
                self.used.add(e.operation)
            return self.line(self.target.entry_function(e.operation, argument))
        return self.line(f"{identifier(e.operation)}({argument})")

    def _with_decay(self, e: Expression, u: str) -> str:
        """softplus and sigmoid of the same u share exp(−|u|)."""
        decay = ex.apply("decay", e.arguments[0])
        if decay not in self.names:
            self.names[decay] = self.line(f"np.exp(-np.abs({u}))")
        shared = self.names[decay]
        if e.operation == "softplus":
            return self.line(f"np.maximum({u}, 0) + np.log1p({shared})")
        return self.line(f"np.where({u} >= 0, 1, {shared}) / (1 + {shared})")

    # --- products -----------------------------------------------------------------------

    def product(self, e: Expression) -> str:
        below = [a for a in e.arguments if a in self.guarded]
        if below:
            above = ex.multiply(*(a for a in e.arguments if a not in self.guarded))
            return self.ratio(above, below)
        scalars = [a for a in e.arguments if is_scalar(a.shape)]
        arrays = [a for a in e.arguments if not is_scalar(a.shape)]
        if not arrays:
            return self.line(self._scaled("", scalars))
        body = self.chain(tuple(arrays))
        return self.line(self._scaled(body, scalars)) if scalars else body

    def ratio(self, above: Expression, below: list[Expression]) -> str:
        """Divided by what is 0 at a kink; 0 where both are 0."""
        self.used.add("ratio")
        code = self.of(above)
        for part in below:
            base, exponent = part.arguments
            turned = ex.entrywise_power(base, ex.number(-exponent.detail))
            code = self.line(f"ratio({code}, {self.of(turned)})")
        return code

    def _scaled(self, body: str, scalars: list[Expression]) -> str:
        """Scalars in front of an array: one number first, so that the array is passed once."""
        numbers = [s for s in scalars if ex.is_number(s)]
        others = [s for s in scalars if not ex.is_number(s)]
        value = numbers[0].detail if numbers else Fraction(1)
        if not others:
            if value == -1:
                return f"-{body}"
            if isinstance(value, Fraction) and abs(value.numerator) == 1 and value.denominator != 1:
                return f"{'-' if value < 0 else ''}{body or 1} / {value.denominator}"
        number = self._scalar_product(scalars)
        return f"{number} * {body}" if body else number

    def _scalar_product(self, scalars: list[Expression]) -> str:
        above = [self.of(s) for s in scalars if not _divides(s)]
        below = [
            self.of(ex.entrywise_power(s.arguments[0], ex.number(-s.arguments[1].detail)))
            for s in scalars
            if _divides(s)
        ]
        above = [f"({a})" if a.startswith("-") else a for a in above]
        while len(above) > LONGEST_SUM:
            above = [self.line(" * ".join(above[:LONGEST_SUM])), *above[LONGEST_SUM:]]
        top = " * ".join(above) or "1"
        return top + "".join(f" / {b}" for b in below)

    def chain(self, arrays: tuple[Expression, ...]) -> str:
        """Matrix product in the cheapest order."""
        if len(arrays) == 1:
            return self.of(arrays[0])
        whole = ex.Expression("chain", arrays, (arrays[0].shape[0], arrays[-1].shape[-1]))
        known = self.names.get(whole)
        if known is None:
            cut = _best_cut(arrays, self.sizes)
            known = self.names[whole] = self._pair(arrays[:cut], arrays[cut:])
        return known

    def _pair(self, left: tuple[Expression, ...], right: tuple[Expression, ...]) -> str:
        rows, inner, columns = left[0].shape[0], left[-1].shape[-1], right[-1].shape[-1]
        if rows == 1 and columns == 1 and inner != 1:
            return self.line(self.target.inner(self.chain(left), self.chain(right)))
        if len(left) == 1:
            special = self._special(left[0], right)
            if special is not None:
                return self.line(special)
        if len(right) == 1 and right[0].operation == "diag":
            return self.line(f"{self.chain(left)} * {self.of(right[0].arguments[0])}.T")
        if len(right) == 1 and right[0].operation == "ones" and columns == 1:
            return self.line(self.target.row_sums(self.chain(left)))
        sign = "*" if inner == 1 or (rows == 1 and inner == 1) else "@"
        if _is_one_by_one(left) or _is_one_by_one(right):
            sign = "*"
        return self.line(f"{self.chain(left)} {sign} {self.chain(right)}")

    def _special(self, first: Expression, right: tuple[Expression, ...]) -> str | None:
        if first.operation == "diag":
            return f"{self.of(first.arguments[0])} * {self.chain(right)}"
        base = first.arguments[0] if first.operation == "transpose" else first
        if base.operation == "inv":
            turned = ".T" if first.operation == "transpose" else ""
            matrix = self.of(base.arguments[0])
            return self.target.solve(f"{matrix}{turned}", self.chain(right))
        return None


def _is_one_by_one(chain: tuple[Expression, ...]) -> bool:
    return chain[0].shape[0] == 1 and chain[-1].shape[-1] == 1


def _divides(scalar: Expression) -> bool:
    if scalar.operation != "power":
        return False
    exponent = scalar.arguments[1]
    return ex.is_number(exponent) and exponent.detail < 0


def _guess(of: Size, sizes: Mapping[str, int]) -> float:
    return float(of) if isinstance(of, int) else float(sizes.get(of, TYPICAL_SIZE))


def _best_cut(arrays: tuple[Expression, ...], sizes: Mapping[str, int]) -> int:
    """Where to cut a product so that the whole costs least (matrix-chain ordering).

    A very long product is cut at its thinnest place.
    """
    count = len(arrays)
    dims = [_guess(a.shape[0], sizes) for a in arrays] + [_guess(arrays[-1].shape[-1], sizes)]
    if count > MOST_ORDERED:
        thin = dims.index(min(dims))
        return thin if 0 < thin < count else count - 1 if thin == 0 else 1
    cost = [[0.0] * count for _ in range(count)]
    cut = [[0] * count for _ in range(count)]
    for span in range(1, count):
        for start in range(count - span):
            stop = start + span
            options = []
            for middle in range(start, stop):
                one = dims[start] * dims[middle + 1] * dims[stop + 1]
                cheap = (middle == start and arrays[start].operation == "diag") or (
                    middle + 1 == stop and arrays[stop].operation == "diag"
                )
                step = one / dims[middle + 1] if cheap else one
                options.append((cost[start][middle] + cost[middle + 1][stop] + step, middle))
            cost[start][stop], cut[start][stop] = min(options)
    return cut[0][count - 1] + 1


def _literal(value: Fraction | float) -> str:
    if isinstance(value, Fraction):
        if value.denominator == 1:
            return str(value.numerator)
        return f"({value.numerator} / {value.denominator})"
    return repr(float(value))


# --- one line an operation -------------------------------------------------------------------


def _add(emitter: Emitter, e: Expression) -> str:
    code = ""
    for count, term in enumerate(e.arguments):
        if count and count % LONGEST_SUM == 0:  # Python's own parser nests with each sign
            code = emitter.line(code)
        positive = term
        sign = " + "
        if term.operation == "multiply" and ex.is_number(term.arguments[0]):
            if term.arguments[0].detail < 0:
                sign, positive = " - ", ex.negative(term)
        elif ex.is_number(term) and term.detail < 0:
            sign, positive = " - ", ex.negative(term)
        spelled = emitter.of(positive)
        code = (spelled if sign == " + " else f"-{spelled}") if not code else code + sign + spelled
    return emitter.line(code)


def _hadamard(emitter: Emitter, e: Expression) -> str:
    guarded = [a for a in e.arguments if a in emitter.guarded]
    if guarded:
        rest = ex.hadamard(*(a for a in e.arguments if a not in emitter.guarded))
        if rest.shape == e.shape:
            return emitter.ratio(rest, guarded)
    above = [a for a in e.arguments if not _divides(a)]
    below = [a for a in e.arguments if _divides(a)]
    parts = [emitter.of(a) for a in above]
    while len(parts) > LONGEST_SUM:
        parts = [emitter.line(" * ".join(parts[:LONGEST_SUM])), *parts[LONGEST_SUM:]]
    code = " * ".join(parts) or "1"
    for part in below:
        base, exponent = part.arguments
        turned = ex.entrywise_power(base, ex.number(-exponent.detail))
        code += f" / {emitter.of(turned)}"
    return emitter.line(code)


def _power(emitter: Emitter, e: Expression) -> str:
    base, exponent = e.arguments
    if base.operation == "norm2" and ex.is_number(exponent, 2):
        inner = emitter.of(base.arguments[0])
        return emitter.line(emitter.target.inner(inner, inner))
    inner = emitter.of(base)
    inner = f"({inner})" if inner.startswith("-") else inner
    if ex.is_number(exponent, Fraction(1, 2)):
        return emitter.line(emitter.target.sqrt(inner))
    if ex.is_number(exponent, 2):
        return emitter.line(f"{inner} * {inner}")
    if ex.is_number(exponent, -1):
        return emitter.line(f"1 / {inner}")
    if ex.is_number(exponent):
        value = exponent.detail
        return emitter.line(f"{inner} ** {_literal(value) if value > 0 else f'({float(value)!r})'}")
    return emitter.line(f"{inner} ** {emitter.of(exponent)}")


def _transpose(emitter: Emitter, e: Expression) -> str:
    return emitter.of(e.arguments[0]) + ".T"


def _size_code(of: Size) -> str:
    return str(of) if isinstance(of, int) else identifier(of)


def _filled(word: str) -> Callable[[Emitter, Expression], str]:
    def emitted(emitter: Emitter, e: Expression) -> str:
        sizes = ", ".join(_size_code(s) for s in e.shape)
        return emitter.line(f"{emitter.target.module}.{word}(({sizes}){emitter.dtype})")

    return emitted


def _identity(emitter: Emitter, e: Expression) -> str:
    return emitter.line(f"{emitter.target.module}.eye({_size_code(e.shape[0])}{emitter.dtype})")


def _basis(emitter: Emitter, e: Expression) -> str:
    eye = f"{emitter.target.module}.eye({_size_code(e.shape[0])}{emitter.dtype})"
    return emitter.line(f"{eye}[:, {_size_code(e.detail)} - 1 : {_size_code(e.detail)}]")


def _known(template: str) -> Callable[[Emitter, Expression], str]:
    def emitted(emitter: Emitter, e: Expression) -> str:
        arguments = [emitter.of(a) for a in e.arguments]
        code, used = emitter.target.operation(template, arguments, e.shape)
        emitter.used |= used
        return emitter.line(code)

    return emitted


def _top(emitter: Emitter, e: Expression) -> str:
    """The largest of several exponents: of all entries, or entry by entry."""
    spelled = [emitter.of(a) for a in e.arguments]
    if is_scalar(e.shape):
        spelled = [
            code if is_scalar(a.shape) else emitter.target.largest(code)
            for a, code in zip(e.arguments, spelled, strict=True)
        ]
    return emitter.line(emitter.target.greatest(spelled))


def _vanishing_log(emitter: Emitter, e: Expression) -> str:
    emitter.used.add("vanishing_log")
    factor, of = (emitter.of(a) for a in e.arguments)
    return emitter.line(f"vanishing_log({factor}, {of}, {e.detail})")


def _mean(emitter: Emitter, e: Expression) -> str:
    over = ex.to_scalar("sum", e.arguments[0])
    sizes = [ex.power(ex.size(s), ex.number(-1)) for s in axes_of(e.arguments[0].shape)]
    return emitter.of(ex.multiply(over, *sizes))


def _slope(emitter: Emitter, e: Expression) -> str:
    return emitter.line(f"{identifier(e.detail + chr(39))}({emitter.of(e.arguments[0])})")


def _unknown(emitter: Emitter, e: Expression) -> str:
    return emitter.line(f"{identifier(e.detail)}({emitter.of(e.arguments[0])})")


def _contract(emitter: Emitter, e: Expression) -> str:
    *places, out = e.detail
    every = sorted({i for place in places for i in place} | set(out))
    letters = dict(zip(every, einsum_letters(len(every)), strict=True))
    spec = ",".join("".join(letters[i] for i in place) for place in places)
    spec += "->" + "".join(letters[i] for i in out)
    operands = []
    for node, place in zip(e.arguments, places, strict=True):
        code = emitter.of(node)
        operands.append(f"{code}[:, 0]" if len(place) == 1 else code)
    code = emitter.target.einsum(spec, operands)
    if axes_of(e.shape) != e.shape and not is_scalar(e.shape):
        sizes = ", ".join(_size_code(s) for s in e.shape)
        code = f"{code}.reshape({sizes})"
    return emitter.line(code)


def _shift(emitter: Emitter, e: Expression) -> str:
    emitter.used.add("shift_tensor")
    sizes = ", ".join(_size_code(s) for s in e.shape)
    return emitter.line(f"shift_tensor({sizes})")


RULES: dict[str, Callable[[Emitter, Expression], str]] = {
    "add": _add,
    "multiply": lambda emitter, e: emitter.product(e),
    "hadamard": _hadamard,
    "power": _power,
    "transpose": _transpose,
    "ones": _filled("ones"),
    "zeros": _filled("zeros"),
    "identity": _identity,
    "basis": _basis,
    "top": _top,
    "vanishing_log": _vanishing_log,
    "mean": _mean,
    "slope": _slope,
    "unknown": _unknown,
    "contract": _contract,
    "shift": _shift,
    **{
        name: _known(name)
        for name in (
            *("inv", "tr", "det", "logdet", "diag", "diagonal", "sum", "dot", "norm1", "max"),
            *("onehot", "logsumexp", "softmax", "conv", "windows", "band", "spread"),
            *("cofactors", "norm2"),
        )
    },
}
