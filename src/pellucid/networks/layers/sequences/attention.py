"""Attention as mathematics: weights for ordered pairs of places, and the way back through them.

The standard form, which the notes leave out: Vaswani et al., "Attention is all you need", 2017.

Notes: Def 379, Clar 380
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from pellucid.errors import HyperparameterError, ShapeError
from pellucid.hyperparameters import is_whole
from pellucid.networks.engine.compiled import computed_once
from pellucid.networks.layers.dense import Dense
from pellucid.networks.layers.layer import Backward, Formulas, Mode, Shape, shape_text
from pellucid.networks.layers.watch import NOBODY

PARTS = ("query", "key", "value", "out")
Show = Callable[[Mapping[str, Any]], None]


def formulas_of(
    query_input: str,
    context: str,
    forward: str,
    backward: str,
    by_output: str,
    mean: str = "softmax",
) -> Formulas:
    """Attention in symbols: every value within `attend`, in the layout of its arrays, T×d.

    Parameters
    ----------
    query_input, context : str
        What looks, and what is looked at, in terms of {x}.
    forward, backward : str
        {y} of what the heads give, {O}; ∂L/∂{x} of what comes back by {Q}, {K} and {V}.
    by_output : str
        The loss's derivative by what the last projection gives.
    mean : str
        The softmax, and over which places it goes.
    """
    projected = [
        (letter, f"{{{letter}}} = {came} {{W}}_{part} + {{W0}}_{part}")
        for letter, part, came in (
            ("Q", "query", query_input), ("K", "key", context), ("V", "value", context)
        )
    ]  # fmt: skip
    parameters = [
        (f"{part}.{letter}", f"∂L/∂{{{letter}}}_{part} = {factor}{by}, summed over {over}")
        for part, came, by in (
            ("query", query_input, "∂L/∂{Q}"), ("key", context, "∂L/∂{K}"),
            ("value", context, "∂L/∂{V}"),
            ("out", "{O}", by_output),
        )
        for letter, factor, over in (("W", f"{came}ᵀ ", "points"), ("W0", "", "points and places"))
    ]  # fmt: skip
    return Formulas(
        forward,
        backward,
        tuple(parameters),
        steps=(
            *projected,
            ("P_h", f"{{P}}_{{h}} = {mean}({{Q}}_{{h}} {{K}}_{{h}}ᵀ/√e)"),
            ("O", "{O} = [{P}_h {V}_h, over heads h]"),
            ("∂L/∂O", f"∂L/∂{{O}} = {by_output} {{W}}_outᵀ"),
            ("∂L/∂V", "∂L/∂{V} = [{P}_hᵀ ∂L/∂{O}_h, over heads h]"),
            (
                "∂L/∂Q",
                "∂L/∂{Q} = [∂L/∂S_h {K}_h, over heads h], "
                "∂L/∂S_h = P_h ∘ (D_h − ⟨P_h, D_h⟩)/√e, D_h = ∂L/∂O_h V_hᵀ",
            ),
            ("∂L/∂K", "∂L/∂{K} = [(∂L/∂S_h)ᵀ {Q}_h, over heads h]"),
        ),
    )


def attention(
    Q: Any, K: Any, V: Any, mask: Any = None
) -> tuple[Any, Any, Callable[[Any], tuple[Any, Any, Any]]]:
    """O = P V with P = softmax(Q Kᵀ/√e): each place's new vector is a mean of values.

    Parameters
    ----------
    Q : array, …×S×e
        What each of S places asks for.
    K, V : array, …×T×e
        What each of T places is found by, and what it tells.
    mask : array of bool, S×T, optional
        False where place i may not look at place j; each place must see at least one.

    Returns
    -------
    O : array, …×S×e
    P : array, …×S×T
        Row i: how important each place is to place i. Rows sum to 1; P is not symmetric.
    backward : callable dO -> (dQ, dK, dV)

    Examples
    --------
    >>> import numpy as np
    >>> O, P, _ = attention(np.zeros((1, 2)), np.ones((3, 2)), np.array([[0.0], [3.0], [6.0]]))
    >>> O.tolist(), (3 * P).round(2).tolist()
    ([[3.0]], [[1.0, 1.0, 1.0]])

    Notes: Def 379, Clar 380
    """
    root = Q.shape[-1] ** -0.5
    scores = (Q @ _transposed(K)) * root
    if mask is not None:
        scores = jnp.where(mask, scores, -jnp.inf)
    P = jax.nn.softmax(scores, axis=-1)

    def backward(dO: Any) -> tuple[Any, Any, Any]:
        dP = dO @ _transposed(V)
        # Through the softmax of each row; where P is 0, nothing was seen and nothing comes back.
        dS = P * (dP - (P * dP).sum(axis=-1, keepdims=True)) * root
        # The transposes of (∂L/∂S)ᵀQ and PᵀD: turning Q and D is quicker than turning S×T.
        by_key = _transposed(computed_once(_transposed(Q)) @ dS)
        by_value = _transposed(computed_once(_transposed(dO)) @ P)
        return dS @ K, by_key, by_value

    return P @ V, P, backward


def _transposed(M: Any) -> Any:
    return jnp.swapaxes(M, -1, -2)


def only_before(S: int) -> Any:
    """True where place i may look at place j: j ≤ i, S×S.

    Examples
    --------
    >>> only_before(2).tolist()
    [[True, False], [True, True]]

    Notes: Def 383
    """
    return np.tri(S, dtype=bool)


def split_heads(x: Any, heads: int) -> Any:
    """n×T×d as n×heads×T×(d/heads): each head has its own share of the entries."""
    n, T, d = x.shape
    return x.reshape(n, T, heads, d // heads).transpose(0, 2, 1, 3)


def join_heads(x: Any) -> Any:
    """The inverse of `split_heads`."""
    n, heads, T, e = x.shape
    return x.transpose(0, 2, 1, 3).reshape(n, T, heads * e)


def attend(
    params: Any, query_input: Any, context: Any, heads: int, mask: Any, show: Show = NOBODY.show
) -> tuple[Any, Any, Callable[[Any], tuple[Any, Any, Any]]]:
    """Several heads in parallel: project, attend in each head, put together, project.

    Parameters
    ----------
    params : dict
        "query", "key", "value", "out": each a dense layer's W, d×d, and W0.
    query_input : array, n×S×d
        The places that look.
    context : array, n×T×d
        The places that are looked at; the same array in self-attention.
    heads : int
    mask : array of bool, S×T, or None
    show : callable
        Is told the values between, on the way there and back, by their names in `formulas_of`.

    Returns
    -------
    y : array, n×S×d
    P : array, n×heads×S×T
    backward : callable dy -> (by asking, by told, dparams)

    Notes: Def 379, Clar 380
    """
    Q, back_q = projected(params["query"], query_input)
    K, back_k = projected(params["key"], context)
    V, back_v = projected(params["value"], context)
    of_heads, P, back = attention(
        split_heads(Q, heads), split_heads(K, heads), split_heads(V, heads), mask
    )
    O = join_heads(of_heads)
    show({"Q": Q, "K": K, "V": V, "P_h": P, "O": O})
    y, back_o = projected(params["out"], O)

    def backward(dy: Any) -> tuple[Any, Any, Any]:
        dO, of_out = back_o(dy)
        dQ, dK, dV = (join_heads(each) for each in back(split_heads(dO, heads)))
        show({"∂L/∂O": dO, "∂L/∂V": dV, "∂L/∂Q": dQ, "∂L/∂K": dK})
        by_asking, of_query = back_q(dQ)
        by_key, of_key = back_k(dK)
        by_value, of_value = back_v(dV)
        own = {"query": of_query, "key": of_key, "value": of_value, "out": of_out}
        return by_asking, by_key + by_value, own

    return y, P, backward


def projected(params: Any, x: Any) -> tuple[Any, Backward]:
    """A dense layer at every place: its own forward and backward, with places as points."""
    d = params["W"].shape[1]
    z, back = Dense(d).forward(params, x.reshape(-1, x.shape[-1]), Mode())

    def backward(dz: Any) -> tuple[Any, Any]:
        dx, own = back(dz.reshape(-1, d))
        return dx.reshape(x.shape), own

    return z.reshape(*x.shape[:-1], d), backward


def projections(d: int) -> dict[str, Any]:
    """Shapes of the parameters of `attend`."""
    return {part: {"W": (d, d), "W0": (d,)} for part in PARTS}


def initial_projections(key: Any, d: int, dtype: Any) -> dict[str, Any]:
    """Parameters of `attend` before training: Xavier's."""
    dense = Dense(d, initial="xavier")
    keys = jax.random.split(key, len(PARTS))
    return {part: dense.init(own, (d,), dtype)[0] for part, own in zip(PARTS, keys, strict=True)}


def check_heads(heads: int, owner: str) -> None:
    """At least one."""
    if not is_whole(heads, 1):
        raise HyperparameterError(f"{owner}: heads is a whole number ≥ 1; got {heads}.")


def check_sequence(in_shape: Shape, heads: int = 1) -> None:
    """Places × width, and a width that the heads can share.

    Raises
    ------
    ShapeError
    """
    if len(in_shape) != 2:
        raise ShapeError(
            "It takes sequences: points of T places × d numbers. These are "
            f"{shape_text(in_shape)}; Embedding(count, d) makes T×d of T token ids."
        )
    if in_shape[1] % heads:
        raise ShapeError(
            f"{heads} heads cannot share {in_shape[1]} numbers a place evenly: take a width that "
            f"is a multiple of {heads}, or other heads."
        )
