"""Every formula that a pass prints is evaluated and compared with the number beside it."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.special import ndtr

from pellucid.errors import NetworkWarning
from pellucid.networks import (
    GELU,
    Dense,
    Identity,
    Layer,
    LeakyReLU,
    Network,
    ReLU,
    Sigmoid,
    Softmax,
    Step,
    Tanh,
    backward_pass,
)
from pellucid.networks.passes.pass_values import Pass

UP = "⁰¹²³⁴⁵⁶⁷⁸⁹·′"
NAME = re.compile(rf"∂L/∂[A-Z]₀?[{UP}]+|[AZW]₀?[{UP}]+")
SPLIT = re.compile(rf"\s*({NAME.pattern}|Σᵢ|Φ|φ|max|min|step|tanh|sign|e\^|[\d.]+|.)")
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "max": np.maximum, "min": np.minimum, "tanh": np.tanh, "e^": np.exp, "sign": np.sign,
    "step": lambda z: (z >= 0).astype(float), "Φ": ndtr,
    "φ": lambda z: np.exp(-z * z / 2) / (2 * np.pi) ** 0.5, "Σᵢ": np.sum,
}  # fmt: skip
# What stands for one point, with its guess a and truth y as columns.
LOSSES: dict[str, Callable[[Any, Any], Any]] = {
    "Σⱼ (aⱼ − yⱼ)²": lambda a, y: ((a - y) ** 2).sum(axis=0),
    "Σⱼ |aⱼ − yⱼ|": lambda a, y: np.abs(a - y).sum(axis=0),
    "−Σⱼ (yⱼ log aⱼ + (1−yⱼ) log(1−aⱼ))": lambda a, y: (
        -(y * np.log(a) + (1 - y) * np.log(1 - a)).sum(axis=0)
    ),
    "−Σⱼ yⱼ log aⱼ": lambda a, y: -(y * np.log(a)).sum(axis=0),
}
MATRIX = np.array([[1, 0, 1], [0, 1, 1]], bool)


class Reader:
    """Evaluates a printed formula: juxtaposition is the matrix product, ∘ goes entry by entry."""

    def __init__(self, text: str, values: dict[str, Any]) -> None:
        self.tokens = [part for part in SPLIT.findall(text) if part.strip()]
        self.values = values

    def at(self, *wanted: str) -> str:
        return self.tokens.pop(0) if self.tokens and self.tokens[0] in wanted else ""

    def sum(self) -> Any:
        found = -self.products() if self.at("−") else self.products()
        while sign := self.at("+", "−"):
            found = found + self.products() if sign == "+" else found - self.products()
        return found

    def products(self) -> Any:
        found = self.chain()
        while sign := self.at("∘", "/"):
            found = found * self.chain() if sign == "∘" else found / self.chain()
        return found

    def chain(self) -> Any:
        if self.at("Σᵢ"):
            return np.sum(self.products(), axis=1, keepdims=True)
        found = self.factor()
        while self.tokens and (
            self.tokens[0] in self.values or self.tokens[0] in {"(", *FUNCTIONS}
        ):
            other = self.chain() if self.tokens[0] == "Σᵢ" else self.factor()
            found = found @ other if np.ndim(found) and np.ndim(other) else found * other
        return found

    def factor(self) -> Any:
        token = self.tokens.pop(0)
        if token == "(":
            found = self.sum()
            assert self.at(")")
        elif token in FUNCTIONS:
            found = FUNCTIONS[token](*self.arguments())
        else:
            found = self.values[token] if token in self.values else float(token)
        return found.T if self.at("ᵀ") else found

    def arguments(self) -> list[Any]:
        if not self.at("("):
            return [self.factor()]
        found = [self.sum()]
        while self.at(","):
            found.append(self.sum())
        assert self.at(")")
        return found


def evaluated(text: str, values: dict[str, Any]) -> Any:
    """The right side of a printed formula."""
    if match := re.fullmatch(r"(.*) where (.*) > 0, else 0", text):
        kept, by = (evaluated(part, values) for part in match.groups())
        return np.where(by > 0, kept, 0)
    if match := re.fullmatch(r"\(1 where (.*) > 0, else α\) ∘ (.*)", text):
        by, times = (evaluated(part, values) for part in match.groups())
        return np.where(by > 0, 1, values["α"]) * times
    reader = Reader(text, values)
    found = reader.sum()
    assert not reader.tokens, (text, reader.tokens)
    return found


def compared(found: Pass, y: Any, params: Any, **more: Any) -> set[str]:
    """Names of all that was evaluated."""
    values: dict[str, Any] = {"y": np.asarray(y).T, **more}
    for l, own in enumerate(params):
        number = sum("W" in before for before in params[: l + 1])
        mark = str(number).translate(str.maketrans("0123456789", UP[:10]))
        values |= {
            ("W" if name == "W" else "W₀") + mark: part.reshape(len(part), -1)
            for name, part in own.items()
        }
    checked = set()
    last = found.quantities[found.forward_steps - 2].name  # before the loss
    for quantity in found.quantities:
        left, _, right = quantity.formula.partition(" = ")
        right = right.removesuffix(", at once")
        if quantity.name == "L":
            share, _, of_point = right.rpartition("Σᵢ ")
            each = LOSSES[of_point](values[last], values["y"])
            factor = evaluated(share.strip(), {}) if share.strip() else 1.0
            assert "Σᵢ" in right or len(each) == 1
            mine = factor * each.sum()
        elif right == "x" or "softmax" in right:
            values[quantity.name] = quantity.columns
            continue
        else:
            # A loss writes one output, with small letters.
            small = {"a": values[last]} if re.search(r"\ba\b", right) else {}
            mine = evaluated(right, values | small)
        assert left == quantity.name
        np.testing.assert_allclose(
            np.asarray(mine) + np.zeros(quantity.columns.shape), quantity.columns, atol=1e-10,
            err_msg=quantity.formula,
        )  # fmt: skip
        values[quantity.name] = quantity.columns
        checked.add(quantity.name)
    return checked


LAYERS: list[Layer] = [Identity(), Step(), ReLU(), LeakyReLU(0.1), Sigmoid(), Tanh(), GELU()]
ENDS = [("square", Identity()), ("absolute", Identity()), ("nll", Sigmoid()), ("square", Sigmoid())]


@pytest.mark.parametrize("reduction", ["sum", "mean"])
@pytest.mark.parametrize("n", [1, 3])
@pytest.mark.parametrize(
    ("hidden", "loss", "end"),
    [(layer, "square", Identity()) for layer in LAYERS]
    + [(Tanh(), *end) for end in ENDS] + [(Tanh(), "nllm", Softmax())],
)  # fmt: skip
def test_what_a_pass_prints_is_what_stands_beside(
    reduction: str, n: int, hidden: Layer, loss: str, end: Layer
) -> None:
    """Notation 304: one point and several, sum and mean."""
    with warnings.catch_warnings(action="ignore", category=NetworkWarning):
        net = Network(
            [Dense(3, mask=MATRIX), hidden, Dense(2), end], loss, in_shape=2, reduction=reduction
        )
    params = net.init(3, "float64")
    rng = np.random.default_rng(n)
    x = rng.normal(size=(n, 2))
    y = np.eye(2)[rng.integers(2, size=n)] if loss.startswith("nll") else rng.normal(size=(n, 2))
    arrays = [{name: np.asarray(part) for name, part in own.items()} for own in params]
    with warnings.catch_warnings(action="ignore", category=NetworkWarning):
        found = backward_pass(net, x, y, params)
    checked = compared(found, y, arrays, M=MATRIX.astype(float), α=0.1)
    assert {"Z¹", "L", "∂L/∂W¹", "∂L/∂W₀¹", "∂L/∂W²", "∂L/∂W₀²", "∂L/∂Z²"} <= checked


def test_sums_and_means_are_written_where_there_are_several() -> None:
    """7.5.13: Σ and 1/n stand in the formulas, and only for several points."""
    net = Network([Dense(1), Sigmoid()], "nll", in_shape=2, reduction="mean")
    params = net.init(0, "float64")
    one = backward_pass(net, [1.0, 2.0], [1.0], params)
    many = backward_pass(net, [[1.0, 2.0], [0.0, 1.0]], [1.0, 0.0], params)
    assert one["dL/dZ1"].formula == "∂L/∂Z¹ = A¹ − y, at once"
    assert many["dL/dZ1"].formula == "∂L/∂Z¹ = (1/2) (A¹ − y), at once"
    assert many["L"].formula.startswith("L = (1/2) Σᵢ ")
    assert many["dL/dW01"].formula == "∂L/∂W₀¹ = Σᵢ ∂L/∂Z¹"
