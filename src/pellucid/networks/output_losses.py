"""The loss at the end of a network, and its derivative by the output or by what comes before it.

A loss takes the guesses g, n×(shape), and the truths y of the same shape; it gives one number a
point, summed over the outputs. Where a loss and an output activation belong together, the
derivative by Z^L is taken at once: A^L − y, exact where ∂L/∂A^L would overflow.

Notes: Concept 259, Concept 286, Notation 302, §7.6
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from pellucid.errors import FramingError, ShapeError
from pellucid.networks.layers.layer import shape_text


@dataclass(frozen=True)
class OutputLoss:
    """How bad predictions are, and the gradient of that.

    Parameters
    ----------
    name : str
        As in `pellucid.losses`.
    value : callable (g, y) -> array of shape (n,)
    slope : callable (g, y) -> array shaped as g
        ∂L/∂g of each point.
    text : str
        The formula.
    slope_text : str
        Its derivative.
    probabilities : bool
        Whether guesses and truths must lie between 0 and 1.

    Notes: Concept 259, Notation 302
    """

    name: str
    value: Callable[[Any, Any], Any]
    slope: Callable[[Any, Any], Any]
    text: str
    slope_text: str
    probabilities: bool = False


def _each(losses: Any) -> Any:
    return losses.reshape(len(losses), -1).sum(axis=1)


def _log(g: Any) -> Any:
    # The smallest normal number stands for 0: finite, yet past any honest loss.
    return jnp.log(jnp.maximum(g, np.finfo(g.dtype).tiny))


def _share(y: Any, g: Any) -> Any:
    return jnp.where(y > 0, y / jnp.maximum(g, np.finfo(g.dtype).tiny), 0)


def _nll(g: Any, y: Any) -> Any:
    yes, no = jnp.where(y > 0, y * _log(g), 0), jnp.where(y < 1, (1 - y) * _log(1 - g), 0)
    return _each(-(yes + no))


OUTPUT_LOSSES: dict[str, OutputLoss] = {
    loss.name: loss
    for loss in (
        OutputLoss(
            "square", lambda g, y: _each((g - y) ** 2), lambda g, y: 2 * (g - y),
            "L = Σⱼ (aⱼ − yⱼ)²", "∂L/∂a = 2(a − y)",
        ),
        OutputLoss(
            "absolute", lambda g, y: _each(jnp.abs(g - y)), lambda g, y: jnp.sign(g - y),
            "L = Σⱼ |aⱼ − yⱼ|", "∂L/∂a = sign(a − y)",
        ),
        OutputLoss(
            "nll", _nll, lambda g, y: _share(1 - y, 1 - g) - _share(y, g),
            "L = −Σⱼ (yⱼ log aⱼ + (1−yⱼ) log(1−aⱼ))", "∂L/∂a = (1−y)/(1−a) − y/a", True,
        ),
        OutputLoss(
            "nllm", lambda g, y: _each(-jnp.where(y > 0, y * _log(g), 0)),
            lambda g, y: -_share(y, g), "L = −Σⱼ yⱼ log aⱼ", "∂L/∂a = −y/a", True,
        ),
    )
}  # fmt: skip

# Loss and output activation that belong together: the loss as a function of Z^L, "from scores".
DIRECT: dict[tuple[str, str], OutputLoss] = {
    ("nll", "Sigmoid"): OutputLoss(
        "nll",
        lambda z, y: _each(jnp.maximum(z, 0) - y * z + jnp.log1p(jnp.exp(-jnp.abs(z)))),
        lambda z, y: jax.lax.logistic(z) - y,
        "L = Σⱼ (log(1 + e^zⱼ) − yⱼ zⱼ)", "∂L/∂z = a − y", True,
    ),
    ("nllm", "Softmax"): OutputLoss(
        "nllm",
        lambda z, y: _each(-y * jax.nn.log_softmax(z, axis=-1)),
        lambda z, y: jax.nn.softmax(z, axis=-1) * y.sum(axis=-1, keepdims=True) - y,
        "L = Σⱼ yⱼ (log Σᵢ e^zᵢ − zⱼ)", "∂L/∂z = a − y", True,
    ),
}  # fmt: skip


def loss_named(loss: str | OutputLoss) -> OutputLoss:
    """The loss of that name, or the loss itself: whatever has `value` and `slope`, its gradient.

    Raises
    ------
    FramingError
        When there is no loss of that name.

    Examples
    --------
    >>> loss_named("square").slope_text
    '∂L/∂a = 2(a − y)'
    """
    if not isinstance(loss, str):
        return loss
    if loss not in OUTPUT_LOSSES:
        raise FramingError(
            f"There is no loss {loss!r} for a network; there are {', '.join(OUTPUT_LOSSES)}."
        )
    return OUTPUT_LOSSES[loss]


def class_rows(codes: Any, outputs: int) -> Any:
    """Class numbers (n,) as one-hot rows, n×outputs.

    Inside `jit` the numbers themselves cannot be looked at; there, one that the network has no
    output for becomes a row of zeros.

    Raises
    ------
    ShapeError
        For a number that is not whole, or that the network has no output for.

    Examples
    --------
    >>> class_rows([0, 2], 3).tolist()
    [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]

    Notes: Concept 286
    """
    if isinstance(codes, jax.core.Tracer):
        return jax.nn.one_hot(codes.astype(np.int32), outputs)
    y = np.asarray(codes)
    if not (y == np.floor(y)).all():
        raise ShapeError(f"Class codes are whole numbers from 0; {y[y != np.floor(y)][0]} is none.")
    whole = y.astype(np.intp)
    if whole.min(initial=0) < 0 or whole.max(initial=0) >= outputs:
        raise ShapeError(
            f"Class codes must lie from 0 to {outputs - 1}, for the network has "
            f"{outputs} outputs; they go from {whole.min()} to {whole.max()}."
        )
    return np.eye(outputs, dtype=np.float32)[whole]


def number_truths(y: Any) -> Any:
    """Truths as an array of numbers; lists become one.

    Raises
    ------
    FramingError
        For labels that are words, or truths of different lengths.

    Notes: Concept 286
    """
    if hasattr(y, "shape") and hasattr(y, "dtype"):
        array = y
    else:
        try:
            array = np.asarray(y)
        except ValueError:
            raise FramingError(
                "The truths are of different lengths: give one row a point, shaped as the output."
            ) from None
    if np.dtype(array.dtype).kind not in "biuf":
        raise FramingError(
            f"A network's loss compares numbers; these truths are of type {array.dtype}. Number "
            "the classes from 0, or use an estimator such as NetworkClassifier, which takes labels."
        )
    return array


def targets_like(g: Any, y: Any, classes: bool = False) -> Any:
    """y with the shape of the guesses: (n,) serves n×1; any other difference is an error.

    Parameters
    ----------
    g : array, n×(shape)
    y : array
    classes : bool
        Whether the loss is of classes, so that (n,) may hold their numbers.

    Raises
    ------
    ShapeError
        NumPy would stretch one to the other and compare every guess with every truth.
    """
    y = number_truths(y)
    if classes and y.shape == g.shape[:1] and g.ndim == 2 and g.shape[1] > 1:
        y = class_rows(y, g.shape[1])
    if y.shape == g.shape:
        return jnp.asarray(y, g.dtype)
    if y.ndim == 1 and g.shape == (len(y), 1):
        return jnp.asarray(y, g.dtype)[:, None]
    raise ShapeError(
        f"The network's guesses are {shape_text(g.shape)} but the truths are "
        f"{shape_text(y.shape)}; give one row a point, shaped as the output."
    )
