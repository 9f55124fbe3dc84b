"""What a network says of itself in symbols: the formulas of its own layers, not of dense ones.

Notes: KE 279, Notation 304, KE 452
"""

from __future__ import annotations

from collections.abc import Sequence

from pellucid.explanation import Formula
from pellucid.networks.layers.activations import Elementwise
from pellucid.networks.layers.dense import Dense
from pellucid.networks.layers.dropout import Dropout
from pellucid.networks.layers.input_noise import InputNoise
from pellucid.networks.layers.layer import Layer
from pellucid.networks.layers.parallel import Parallel
from pellucid.networks.layers.random_shift import RandomShift
from pellucid.networks.layers.softmax import Softmax
from pellucid.networks.network import Network

IN_TRAINING = (Dropout, InputNoise, RandomShift)  # an answer does without them
PLAIN = (Dense, Elementwise, Softmax, *IN_TRAINING)
NAMES = {"x": "Aˡ⁻¹", "y": "Aˡ", "W": "Wˡ", "W0": "W₀ˡ", "G": "Gˡ", "B": "Bˡ"}
SUMS = {"sum": "Σ ", "sum_points": "Σ ", "of_points": ""}


def hypothesis_of(network: Network) -> Formula:
    """h as the network computes it: by one formula where it is dense, else by one a kind of layer.

    Examples
    --------
    >>> from pellucid.networks import Convolution, Flatten
    >>> print(hypothesis_of(Network([Convolution(2, 3), Flatten()], in_shape=(5, 5, 1))).text)
    A⁰ = x; Convolution: Aˡ = Wˡ ∗ Aˡ⁻¹ + W₀ˡ; Flatten: Aˡ = vec(Aˡ⁻¹); h(x) = Aᴸ

    Notes: KE 279, KE 452
    """
    if all(isinstance(layer, PLAIN) for layer in network.layers):
        return Formula(
            "A⁰ = x; Zˡ = (Wˡ)ᵀAˡ⁻¹ + W₀ˡ, Aˡ = fˡ(Zˡ); h(x) = Aᴸ",
            r"Z^\ell = (W^\ell)^T A^{\ell-1} + W_0^\ell,\ A^\ell = f^\ell(Z^\ell)",
            "Wˡ: mˡ×nˡ, W₀ˡ: nˡ×1",
            "KE 279",
        )
    kinds = {
        type(e).__name__: _forward(e) for e in network.layers if not isinstance(e, IN_TRAINING)
    }
    told = "; ".join(f"{kind}: {formula}" for kind, formula in kinds.items())
    return Formula(
        f"A⁰ = x; {told}; h(x) = Aᴸ",
        r"A^0 = x,\ A^\ell = f^\ell(A^{\ell-1}; W^\ell, W_0^\ell),\ h(x) = A^L",
        "each layer is one ℓ; shapes below",
        "KE 279, KE 452",
    )


def gradient_of(network: Network) -> Formula:
    """The loss's derivative by the weights of each kind of layer.

    Notes: Notation 304, Clar 401
    """
    if all(isinstance(layer, PLAIN) for layer in network.layers):
        return Formula(
            "∂L/∂Wˡ = Aˡ⁻¹(∂L/∂Zˡ)ᵀ",
            r"\frac{\partial L}{\partial W^\ell} = A^{\ell-1}"
            r"\left(\frac{\partial L}{\partial Z^\ell}\right)^T",
            "as Wˡ",
            "Notation 304",
        )
    told = {}
    for layer in _weighted(network.layers):
        rules = dict(layer.in_symbols().parameters)
        if "W" in rules:
            told[type(layer).__name__] = rules["W"].format(**NAMES, **SUMS)
    return Formula(
        "; ".join(f"{kind}: {rule}" for kind, rule in told.items()),
        r"\frac{\partial L}{\partial W^\ell} = \frac{\partial A^\ell}{\partial W^\ell}"
        r"\frac{\partial L}{\partial A^\ell}",
        "as Wˡ",
        "Notation 304, Clar 401",
    )


def _weighted(layers: Sequence[Layer]) -> list[Layer]:
    """The layers, and those inside branches."""
    found: list[Layer] = []
    for layer in layers:
        if isinstance(layer, Parallel):
            found += [each for branch in layer.branches for each in _weighted(branch)]
        else:
            found.append(layer)
    return found


def _forward(layer: Layer) -> str:
    """What a layer makes of its input; branches as the layers that stand in them."""
    branches = layer.branches if isinstance(layer, Parallel) else ()
    inside = []
    for branch in branches:
        said = NAMES["x"]
        for each in branch:
            said = f"{type(each).__name__}({said})"
        inside.append(said)
    formula = layer.in_symbols().forward
    if not getattr(layer, "offset", True):
        formula = formula.replace(" + {W0}", "")
    return formula.format(**NAMES, F=inside or [NAMES["y"]] * 9, X=[NAMES["x"]] * 9)
