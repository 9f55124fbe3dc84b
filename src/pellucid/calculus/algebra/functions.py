"""Functions of each entry: their derivatives are a table, one line a rule.

`EXAMPLE_RANGE` of each line is where its finite-difference test draws its points: inside the domain
and away from kinks.

Notes: Notation 487, Notation 301, §7.5.12
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from pellucid.calculus.algebra.index_form import Tensor
from pellucid.calculus.algebra.tensor_arithmetic import (
    constant,
    entrywise,
    entrywise_tensor_power,
    function_of,
    scaled,
    sum_of,
)


@dataclass(frozen=True)
class EntryFunction:
    """A function of each entry with its derivative, its code and its conventions.

    Parameters
    ----------
    name : str
        As typed in a formula.
    derivative : callable
        f′ at a tensor.
    numpy, torch : str
        Code with `{0}` for the argument; `jnp` serves as `np`.
    latex : str
        Name in LaTeX.
    example_range : (float, float)
        Where the rule is tested numerically.
    kink : str
        What is taken where no derivative exists; empty for smooth functions.
    """

    name: str
    derivative: Callable[[Tensor], Tensor]
    numpy: str
    torch: str
    latex: str
    example_range: tuple[float, float] = (-2.0, 2.0)
    kink: str = ""
    slope_text: str = ""


def _f(name: str) -> Callable[[Tensor], Tensor]:
    return lambda u: function_of(name, u)


def _one_minus(tensor: Tensor) -> Tensor:
    return sum_of(constant(Fraction(1), tensor.axes), scaled(tensor, Fraction(-1)))


def _zero(u: Tensor) -> Tensor:
    return constant(Fraction(0), u.axes)


def _sigmoid_slope(u: Tensor) -> Tensor:
    s = function_of("sigmoid", u)
    return entrywise(s, _one_minus(s))


def _tanh_slope(u: Tensor) -> Tensor:
    return _one_minus(entrywise_tensor_power(function_of("tanh", u), Fraction(2)))


def _minus_sin(u: Tensor) -> Tensor:
    return scaled(function_of("sin", u), Fraction(-1))


_LINES = [
    EntryFunction(
        "exp", _f("exp"), "np.exp({0})", "torch.exp({0})", r"\exp", (-2, 2), "", "exp(u)"
    ),
    EntryFunction(
        "log",
        lambda u: entrywise_tensor_power(u, Fraction(-1)),
        "np.log({0})",
        "torch.log({0})",
        r"\log",
        (0.3, 3),
        "",
        "1/u",
    ),
    EntryFunction(
        "tanh",
        _tanh_slope,
        "np.tanh({0})",
        "torch.tanh({0})",
        r"\tanh",
        (-2, 2),
        "",
        "1 - tanh(u)^2",
    ),
    EntryFunction(
        "sigmoid",
        _sigmoid_slope,
        "sigmoid({0})",
        "torch.sigmoid({0})",
        r"\sigma",
        (-3, 3),
        "",
        "sigmoid(u)*(1 - sigmoid(u))",
    ),
    EntryFunction(
        "softplus",
        _f("sigmoid"),
        "np.logaddexp(0, {0})",
        "torch.logaddexp(torch.zeros_like({0}), {0})",
        r"\operatorname{softplus}",
        (-3, 3),
        "",
        "sigmoid(u)",
    ),
    EntryFunction(
        "sin", _f("cos"), "np.sin({0})", "torch.sin({0})", r"\sin", (-2, 2), "", "cos(u)"
    ),
    EntryFunction(
        "cos", _minus_sin, "np.cos({0})", "torch.cos({0})", r"\cos", (-2, 2), "", "-sin(u)"
    ),
    EntryFunction(
        "relu",
        _f("step"),
        "np.maximum({0}, 0)",
        "torch.relu({0})",
        r"\operatorname{ReLU}",
        (0.1, 2),
        "relu has a kink at 0; there the derivative is taken as 0 (KE 450)",
        "step(u)",
    ),
    EntryFunction(
        "step",
        _zero,
        "np.heaviside({0}, 0.0)",
        "torch.heaviside({0}, torch.zeros_like({0}))",
        r"\operatorname{step}",
        (0.1, 2),
        "step jumps at 0: its derivative is taken as 0 everywhere, and step(0) as 0",
        "0",
    ),
    EntryFunction(
        "abs",
        _f("sign"),
        "np.abs({0})",
        "torch.abs({0})",
        r"\operatorname{abs}",
        (0.1, 2),
        "abs has a kink at 0; there the derivative is taken as 0",
        "sign(u)",
    ),
    EntryFunction(
        "sign",
        _zero,
        "np.sign({0})",
        "torch.sign({0})",
        r"\operatorname{sign}",
        (0.1, 2),
        "sign jumps at 0: its derivative is taken as 0 everywhere",
        "0",
    ),
]

TABLE: dict[str, EntryFunction] = {line.name: line for line in _LINES}


def derivative_of(name: str, u: Tensor) -> Tensor:
    """f′ at u; for an unknown f the symbol f'.

    Notes: Notation 487
    """
    known = TABLE.get(name)
    return known.derivative(u) if known else function_of(name + "'", u)
