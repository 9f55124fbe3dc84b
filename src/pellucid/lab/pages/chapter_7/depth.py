"""The gradient on its way back through many layers: each multiplies it.

Notes: Def 314, Def 315, Concept 316, Concept 308
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from pellucid.formatting import number
from pellucid.lab.controls import setting
from pellucid.lab.data import Data
from pellucid.lab.marks import bars, line, plane, points, rule
from pellucid.lab.page_contract import Formula, Page, Picture, Question, State, Term
from pellucid.lab.scene import Now, Scene

ACTIVATIONS = {"sigmoid": "Sigmoid", "tanh": "Tanh", "ReLU": "ReLU", "identity": "Identity"}
WIDTH, ROWS = 6, 16
CONTROLS = (
    setting("depth", 8, "Hidden layers", symbol="L−1", term="depth", low=1, shown=(2, 20)),
    setting("f", "sigmoid", "Activation", choices=tuple(ACTIVATIONS)),
    setting("initial", "he", "Weights drawn as", choices=("he", "xavier", "lecun", "gaussian")),
    setting("scale", 1.0, "Times", term="W", shown=(0.1, 4.0), scale="log"),
    setting("seed", 0, "Seed", low=0, shown=(0, 20)),
)


@lru_cache(maxsize=32)
def _passed(f: str, depth: int, initial: str, scale: float, seed: int) -> tuple[Any, Any]:
    """A deep network, and the way back through it over a few rows."""
    import pellucid.networks as nn

    layers: list[Any] = []
    for _ in range(depth):
        layers += [nn.Dense(WIDTH, initial=initial, scale=scale), getattr(nn, ACTIVATIONS[f])()]
    net = nn.Network([*layers, nn.Dense(1, initial=initial, scale=scale)], in_shape=2)
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(ROWS, 2))
    return net, nn.backward_pass(net, X, X[:, :1], net.init(seed, dtype="float64"))


def scenes(state: State, data: Data) -> Iterator[Scene]:
    """The size of the gradient in each layer, and the factor that each layer puts in."""
    from pellucid.networks import gradient_norm_verdict

    net, found = _passed(*(state[k] for k in ("f", "depth", "initial", "scale", "seed")))
    L = state["depth"] + 1
    norms = np.array([_size(found, f"∂L/∂W{_raised(l)}") for l in range(1, L + 1)])
    messages = np.array([_size(found, f"∂L/∂Z{_raised(l)}") for l in range(1, L + 1)])
    factors = messages[:-1] / np.where(messages[1:] > 0, messages[1:], np.nan)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # The loss is summed over the rows, so the norms of one pass stand for an epoch.
        verdict = (
            " ".join(gradient_norm_verdict(net, [list(norms)]))
            or "All layers get a usable gradient."
        )
    ratio = float(norms[0] / norms[-1]) if norms[-1] > 0 else 0.0
    middle = float(np.exp(np.nanmean(np.log(np.clip(factors, 1e-300, None)))))
    yield Scene(
        terms={
            "depth": Now(f"{L} dense layers"),
            "W": Now(f"{state['initial']} × {number(state['scale'])}", f"{WIDTH}×{WIDTH}"),
            "factor": Now(middle, text="{0} a layer, typically"),
            "last": Now(norms[-1]),
            "first": Now(norms[0]),
        },
        pictures={"norms": _norms(norms), "factors": _factors(factors)},
        facts=(
            ("first layer’s gradient over the last one’s", number(ratio)),
            ("product of the factors", number(float(np.prod(factors)))),
            ("verdict (activations count as layers)", verdict),
        ),
        numbers={"norms": norms, "ratio": ratio, "verdict": verdict},
        summary=f"the first layer's gradient is {number(ratio)} times the last one's",
    )


def _raised(l: int) -> str:
    return "".join("⁰¹²³⁴⁵⁶⁷⁸⁹"[int(d)] for d in str(l))


def _size(found: Any, name: str) -> float:
    return float(np.linalg.norm(found[name].value))


def _norms(norms: Any) -> dict[str, Any]:
    at = np.arange(1, len(norms) + 1)
    shown = np.clip(norms, 1e-30, 1e30)
    low, high = np.floor(np.log10(shown.min())), np.ceil(np.log10(shown.max()) + 1e-9)
    return plane(
        "The size of the loss's derivative by the weights of each layer, on a logarithmic axis: "
        "{first} in the first layer, {last} in the last.",
        [
            line(at, shown, term="first", width=2.0),
            points(at, shown, term="first", size=4.0),
        ],
        box=(0.5, len(norms) + 0.5, 10.0 ** (low - 0.3), 10.0 ** (max(high, low + 1) + 0.3)),
        logs="y",
        x="layer: 1 is nearest to the input",
        y="‖∂L/∂W‖",
        height=0.72,
    )


def _factors(factors: Any) -> dict[str, Any]:
    top = float(max(np.nanmax(np.nan_to_num(factors)), 1.0)) * 1.15
    return plane(
        "The factor that each layer puts into the message on its way back; below 1 it shrinks.",
        [
            bars(np.arange(1, len(factors) + 1), np.nan_to_num(factors), term="factor"),
            rule(y=1.0, label="1"),
        ],
        box=(0.4, len(factors) + 0.6, 0, top),
        x="from layer l + 1 to layer l",
        y="factor",
        height=0.7,
    )


def code(state: State, data: Data) -> str:
    """The program that goes the same way back."""
    kind = ACTIVATIONS[state["f"]]
    drawn = f"initial={state['initial']!r}, scale={state['scale']!r}"
    return f"""import numpy as np
from pellucid.networks import Dense, {kind}, Network, backward_pass, gradient_norm_verdict

hidden = [Dense({WIDTH}, {drawn}), {kind}()] * {state["depth"]}
net = Network([*hidden, Dense(1, {drawn})], in_shape=2)
X = np.random.default_rng({state["seed"]}).normal(size=({ROWS}, 2))
found = backward_pass(net, X, X[:, :1], net.init({state["seed"]}, dtype="float64"))

by_weights = [q for q in found if q.name.startswith("∂L/∂W") and "₀" not in q.name]
norms = np.array([np.linalg.norm(q.value) for q in reversed(by_weights)])
ratio = norms[0] / norms[-1] if norms[-1] > 0 else 0.0
verdict = " ".join(gradient_norm_verdict(net, [list(norms)])) or "All layers get a usable gradient."
print(norms, verdict)"""


ANSWERS = ("It vanishes", "It explodes", "It stays usable")


def _judge(state: State, scene: Scene) -> tuple[str, str]:
    verdict = scene.numbers["verdict"]
    right = ANSWERS[0 if "vanishes" in verdict else 1 if "explodes" in verdict else 2]
    return right, f"{verdict}"


PAGE = Page(
    name="depth",
    lead="On its way back the gradient is multiplied in every layer by the weights and by the "
    "slope of the activation. Many factors below 1 leave nothing, many above 1 too much. Where "
    "does the gradient go on its way back?",
    notes="Def 314, Def 315, Concept 316, Concept 308",
    controls=CONTROLS,
    formulas=(
        Formula(
            r"\frac{\partial L}{\partial Z^{1}} = "
            r"\term{factor}{\frac{\partial A^1}{\partial Z^1} W^2} \cdots "
            r"\frac{\partial A^{L-1}}{\partial Z^{L-1}} \term{W}{W^L} \, "
            r"\frac{\partial L}{\partial Z^{L}}",
            "the message at layer one is a product of activation slopes and weights of all layers "
            "and the message at the last layer",
        ),
        Formula(
            r"\term{first}{\frac{\partial L}{\partial W^1}} = "
            r"A^0 \left(\frac{\partial L}{\partial Z^1}\right)^\top, \quad "
            r"\term{last}{\frac{\partial L}{\partial W^L}} = "
            r"A^{L-1} \left(\frac{\partial L}{\partial Z^L}\right)^\top",
            "the derivative by a layer's weights is its input times its message transposed",
        ),
    ),
    terms=(
        Term("depth", "L", "depth", "grey"),
        Term("W", "W", "weights as drawn", "green"),
        Term("factor", "factor", "put in by a layer", "orange"),
        Term("last", "‖∂L/∂Wᴸ‖", "last layer", "violet"),
        Term("first", "‖∂L/∂W¹‖", "first layer", "blue"),
    ),
    pictures=(
        Picture("norms", "The gradient’s size in each layer", "main"),
        Picture("factors", "The factor of each layer"),
    ),
    questions=(Question("What becomes of the gradient?", ANSWERS, _judge),),
    scenes=scenes,
    code=code,
)
