"""How long a code should be: the reconstruction loss of rows never used, against k.

Notes: Concept 359, §8.3.1
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.utils.validation import check_array

from pellucid.autoencoders.baseline import baseline_losses
from pellucid.autoencoders.linear_autoencoder import LinearAutoencoder
from pellucid.data.splits import Split, split_rows
from pellucid.errors import HyperparameterError
from pellucid.formatting import number

Array = NDArray[np.float64]


@dataclass(frozen=True)
class CodeLength:
    """A choice of k with its evidence.

    Parameters
    ----------
    k : int
        The choice.
    lengths : ndarray of int, shape (m,)
        The k tried, after 0 (every row decoded as the mean).
    losses : ndarray, shape (m,)
        Mean loss of held-out rows at each: ‖x − x̃‖², or what the model judges by.
    errors : ndarray, shape (m,)
        Standard errors of these means.
    why : str
        The reason, in a sentence.

    Notes: Concept 359
    """

    k: int
    lengths: NDArray[np.intp]
    losses: Array
    errors: Array
    why: str

    @property
    def kept(self) -> Array:
        """Share of the held-out rows' loss without a code that each k keeps from them, (m,)."""
        return np.asarray(1 - self.losses / self.losses[0])


def choose_code_length(
    X: Any,
    model: Any = None,
    *,
    keep: float | None = 0.9,
    lengths: Sequence[int] | None = None,
    longest: int | None = None,
    test: float = 0.2,
    seed: int = 0,
) -> CodeLength:
    """The shortest code that is good enough on rows it was not fitted to.

    Good enough is what keeps a share of the variance; with `keep=None`, what loses no more than the
    best length tried plus one standard error. A linear code loses less with every number, so there
    the share serves better. One decomposition serves every k of linear codes: the loss at k is that
    at k − 1 less the squares along axis k. Of another model each k is a training.

    Parameters
    ----------
    X : array, shape (n, d); images n×h×w or n×h×w×c for a model that reads them
        For linear codes standardise columns of different units first.
    model : autoencoder, optional
        Its settings are used with one `code_length` after the other; without one, codes are linear.
    keep : float or None
        Share of the held-out variance to keep, in (0, 1); for a model, of its loss without a code.
    lengths : sequence of int, optional
        Those to try, each from 1 to d − 1. Not said: all for linear codes, and 1, 2, 4, 8, … up to
        d/2 for a model.
    longest : int, optional
        Longest code to try when no lengths are said.
    test : float
        Share of the rows held out.
    seed : int
        Seed of the split.

    Returns
    -------
    CodeLength

    Raises
    ------
    HyperparameterError
        For a share outside (0, 1), a length that cannot be, rows of fewer than two columns, or a
        model that is no autoencoder.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> plane = rng.normal(size=(200, 2)) @ rng.normal(size=(2, 6))
    >>> choose_code_length(plane + 0.01 * rng.normal(size=(200, 6)), keep=0.99).k
    2
    >>> from pellucid import Autoencoder
    >>> t = rng.uniform(-1, 1, size=200)
    >>> curve = np.column_stack([t, t**2, t**3]) + 0.02 * rng.normal(size=(200, 3))
    >>> deep = Autoencoder(hidden=(16,), activation="tanh", step_size=0.01)
    >>> choose_code_length(curve, deep, keep=0.9, lengths=(1, 2)).k  # a linear code needs 2
    1

    Notes: Concept 359
    """
    if keep is not None and not 0 < keep < 1:
        raise HyperparameterError(f"choose_code_length: keep lies between 0 and 1; got {keep!r}.")
    if model is not None and not _is_autoencoder(model):
        raise HyperparameterError(
            "choose_code_length: model is an autoencoder, which has a code_length and loses "
            f"something; got {type(model).__name__}."
        )
    allow = {"allow_nd": model is not None, "ensure_min_samples": 4, "ensure_min_features": 2}
    X = check_array(X, dtype=np.float64, **allow)
    split = split_rows(len(X), test=test, seed=seed)
    d = int(np.prod(X.shape[1:]))
    if model is None:
        most = min(d - 1, len(split.train))
        tried = _lengths_to_try(
            lengths, most, np.arange(1, min(most, _length_error(longest, most)) + 1)
        )
        judged = _linear_losses(X, split, tried)
    else:
        top = min(d - 1, _length_error(longest, max(1, d // 2)))
        tried = _lengths_to_try(lengths, d - 1, 2 ** np.arange(int(np.log2(top)) + 1))
        judged = _model_losses(X, split, model, tried)
    return _choose_length(np.append(0, tried), judged, keep, model is None)


def _is_autoencoder(model: Any) -> bool:
    return hasattr(model, "losses") and "code_length" in getattr(model, "get_params", dict)()


def _length_error(longest: int | None, otherwise: int) -> int:
    return otherwise if longest is None else max(1, int(longest))


def _lengths_to_try(
    requested: Sequence[int] | None, max_length: int, usual: Any
) -> NDArray[np.intp]:
    """The lengths to try, in order."""
    if requested is None:
        return np.asarray(usual, dtype=np.intp)
    found = np.unique(np.asarray(requested))
    if not len(found) or found.dtype.kind not in "iu" or found[0] < 1 or found[-1] > max_length:
        raise HyperparameterError(
            f"choose_code_length: lengths are whole numbers from 1 to {max_length}; got "
            f"{requested!r}."
        )
    return found.astype(np.intp)


def _linear_losses(X: Array, split: Split, lengths: NDArray[np.intp]) -> Array:
    """‖x − x̃‖² of each held-out row, without a code and at each length."""
    model = LinearAutoencoder(int(lengths[-1])).fit(X[split.train])
    held = X[split.test]
    whole = ((held - model.mean_) ** 2).sum(axis=1)
    along = np.cumsum(model.encode(held) ** 2, axis=1)[:, lengths - 1]
    return np.asarray(np.maximum(np.column_stack([whole, whole[:, None] - along]), 0.0))


def _model_losses(X: Any, split: Split, model: Any, lengths: NDArray[np.intp]) -> Array:
    """The same by the model's own loss: it is trained once for each length."""
    fitted = [clone(model).set_params(code_length=int(k)).fit(X[split.train]) for k in lengths]
    # All are standardised by the same training rows, so their losses are in one unit.
    flat = X.reshape(len(X), -1)
    nothing = baseline_losses(fitted[0], flat[split.train], flat[split.test]).sum(axis=1)
    return np.column_stack([nothing, *(each.losses(X[split.test]) for each in fitted)])


def _choose_length(
    lengths: NDArray[np.intp], row_losses: Array, keep: float | None, linear: bool
) -> CodeLength:
    m = len(row_losses)
    losses = row_losses.mean(axis=0)
    errors = row_losses.std(axis=0, ddof=min(1, m - 1)) / np.sqrt(m)
    if not losses[0] > 0:
        return CodeLength(1, lengths, losses, errors, "All held-out rows are equal.")
    best = 1 + int(losses[1:].argmin())
    if keep is None:
        at = 1 + int(np.flatnonzero(losses[1:] <= losses[best] + errors[best])[0])
        why = _within_one_error(lengths, losses, errors, (best, at), m)
    else:
        enough = 1 + np.flatnonzero(1 - losses[1:] / losses[0] >= keep)
        at = int(enough[0]) if len(enough) else best
        rows = f"{m:,} rows held out"
        what = f"the variance of {rows}" if linear else f"what tells {rows} apart"
        judge = "mean ‖x − x̃‖²" if linear else "mean loss"
        why = (
            f"A code of {lengths[at]} keeps {1 - losses[at] / losses[0]:.1%} of {what} "
            f"({judge} {number(losses[at])} of {number(losses[0])})"
        )
        missed = f"; {100 * keep:g}% is not reached, and no length tried does more"
        why += "." if len(enough) else f"{missed}."
    return CodeLength(int(lengths[at]), lengths, losses, errors, why)


def _within_one_error(
    lengths: NDArray[np.intp], losses: Array, errors: Array, places: tuple[int, int], m: int
) -> str:
    """Why, of the best and the shortest within one standard error of it, the latter is taken.

    Notes: Concept 87
    """
    best, at = places
    least = (
        f"A code of {lengths[best]} loses least, {number(losses[best])} ± {number(errors[best], 2)}"
        f" a row over {m:,} rows held out"
    )
    if at == best:
        return f"{least}; no shorter one tried comes within one standard error of it."
    return (
        f"{least}; one of {lengths[at]} is shorter and, at {number(losses[at])}, within one "
        "standard error of it."
    )
