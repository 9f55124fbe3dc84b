"""`SelfAttention`: each place of a sequence becomes a mixture of those that matter to it.

Notes: Concept 378, Def 379, Clar 380
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from pellucid.networks.layers.layer import Backward, Formulas, Layer, Mode, Shape
from pellucid.networks.layers.sequences.attention import (
    attend,
    check_heads,
    check_sequence,
    formulas_of,
    initial_projections,
    only_before,
    projections,
)


@dataclass(frozen=True)
class SelfAttention(Layer):
    """A = concat over heads of softmax(QKᵀ/√e) V, times W_out: T×d in, T×d out.

    Q, K and V are x W + W₀ with weights d×d of their own, split among the heads, e = d/heads. The
    form of Vaswani et al. 2017, with offsets.

    Parameters
    ----------
    heads : int
        Attentions in parallel; they share the d numbers of a place evenly.
    causal : bool
        Whether a place sees only itself and those before it, as the prediction of text needs.

    Raises
    ------
    HyperparameterError
        For fewer than one head.
    ShapeError
        When points are not T×d, or d is no multiple of `heads`.

    Examples
    --------
    >>> import jax, jax.numpy as jnp
    >>> layer = SelfAttention(heads=2, causal=True)
    >>> params, out = layer.init(jax.random.key(0), (3, 4))
    >>> out, layer.forward(params, jnp.ones((1, 3, 4)), Mode())[0].shape
    ((3, 4), (1, 3, 4))
    >>> layer.weights(params, jnp.ones((1, 3, 4)))[0, 0].round(2).tolist()[1]
    [0.5, 0.5, 0.0]

    Notes: Concept 378, Def 379, Clar 380
    """

    heads: int = 4
    causal: bool = False

    notes: ClassVar[str] = "Def 379, Clar 380"

    def __post_init__(self) -> None:
        check_heads(self.heads, "SelfAttention")

    def in_symbols(self) -> Formulas:
        return formulas_of(
            "{x}", "{x}", "{y} = {O} {W}_out + {W0}_out",
            "∂L/∂{x} = ∂L/∂{Q} {W}_queryᵀ + ∂L/∂{K} {W}_keyᵀ + ∂L/∂{V} {W}_valueᵀ",
            "∂L/∂{y}",
            "softmax over places j ≤ i of " if self.causal else "softmax",
        )  # fmt: skip

    def shapes(self, in_shape: Shape) -> tuple[dict[str, Any], Shape]:
        check_sequence(in_shape, self.heads)
        return projections(in_shape[1]), in_shape

    def init(self, key: Any, in_shape: Shape, dtype: Any = "float32") -> tuple[Any, Shape]:
        check_sequence(in_shape, self.heads)
        return initial_projections(key, in_shape[1], dtype), in_shape

    def forward(self, params: Any, x: Any, mode: Mode) -> tuple[Any, Backward]:
        y, _, back = attend(params, x, x, self.heads, self._seen(x), mode.watch.show)

        def backward(dy: Any) -> tuple[Any, Any]:
            by_asking, by_told, own = back(dy)
            return by_asking + by_told, own

        return y, backward

    def weights(self, params: Any, x: Any) -> Any:
        """P, n×heads×T×T: row i says how important each place is to place i; rows sum to 1.

        Notes: Def 379
        """
        return attend(params, x, x, self.heads, self._seen(x))[1]

    def _seen(self, x: Any) -> Any:
        return only_before(x.shape[1]) if self.causal else None
