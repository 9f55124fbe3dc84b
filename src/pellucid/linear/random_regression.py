"""`RandomRegression`: try parameters at random, keep the best. A floor for cleverer algorithms.

Notes: §2.4
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from pellucid.explanation import Explanation
from pellucid.hyperparameters import Hyperparameter
from pellucid.linear.callbacks import CallbackEstimator, with_callbacks
from pellucid.linear.input_rows import training_rows
from pellucid.linear.kernels.row_pieces import independent_of_threads
from pellucid.linear.solvers.moments import Moments, partial, squared_errors
from pellucid.linear.square_loss import SquareLossRegressor, ridge_explanation

Array = NDArray[np.float64]
TRIES = Hyperparameter("tries", 1000, "int", "How many parameters to try.", low=1)
SPREAD = Hyperparameter(
    "spread",
    1.0,
    "float",
    "Standard deviation of the weights tried, for columns and targets of standard deviation 1.",
    low=0.0,
    open_low=True,
)
BATCH = 50
RANDOM_STATE = Hyperparameter("random_state", 0, "int", "Seed of the tries.", low=0)


class RandomRegression(CallbackEstimator, SquareLossRegressor):
    """Linear regression by random search: θ drawn from a normal distribution, the best kept.

    Weights are drawn for standardised columns and answers, so that the search does not depend on
    units; θ₀ is drawn likewise, about the mean target.

    Parameters
    ----------
    {hyperparameters}

    Attributes
    ----------
    coef_, intercept_ : ndarray
        The best θ and θ₀ found.
    best_ : ndarray, shape (tries,)
        Lowest objective so far, after each try: it never rises.
    objective_ : float
        J of the parameters kept.
    n_iter_ : int
        Tries made.
    solver_ : str
        "random".
    condition_ : float
        Not computed: NaN.
    n_features_in_ : int
        d.
    warnings_ : list of str
        Caveats of the fit.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.arange(9.0)[:, None]
    >>> best = RandomRegression(tries=50).fit(X, 2 * X[:, 0]).best_
    >>> bool((np.diff(best) <= 0).all())
    True

    Notes: §2.4, KE 47
    """

    hyperparameters: ClassVar = (TRIES, SPREAD, RANDOM_STATE)

    def __init__(
        self,
        tries: int = TRIES.default,
        *,
        spread: float = SPREAD.default,
        random_state: int = RANDOM_STATE.default,
    ) -> None:
        self.tries = tries
        self.spread = spread
        self.random_state = random_state

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.regressor_tags.poor_score = True
        return tags

    @with_callbacks  # type: ignore[untyped-decorator]
    @independent_of_threads
    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Try parameters, keep those with the lowest mean square loss.

        Parameters
        ----------
        X : array or sparse array, shape (n, d)
        y : array, shape (n,) or (n, t)
        sample_weight : array, shape (n,), or None

        Returns
        -------
        RandomRegression
            Itself.
        """
        self.check_hyperparameters()
        given = X, y
        X, Y, weights, flat = training_rows(self, X, y, sample_weight)
        m = partial(X, Y, weights)
        thetas, offsets = self._drawn(m)
        best = 0
        lowest: list[float] = []

        def as_found(best: Any) -> tuple[Any, Any]:
            theta, offset = thetas[best], offsets[best]
            return (theta[:, 0], float(offset[0])) if flat else (theta.T, offset)

        watch, close = self._watch(*given, -(-self.tries // BATCH), as_found)
        for first in range(0, self.tries, BATCH):
            batch = slice(first, first + BATCH)
            J = squared_errors(m, thetas[batch], offsets[batch]).sum(axis=1) / m.weight
            if not lowest or J.min() < min(lowest):
                best = first + int(J.argmin())
            lowest.extend(J.tolist())
            if watch is not None and watch(best):
                break
        self.best_ = np.minimum.accumulate(lowest)
        self.n_iter_ = len(lowest)
        self.coef_, self.intercept_ = as_found(best)
        self.coef_ = self.coef_.copy()
        close()
        self.solver_, self.condition_ = "random", float("nan")
        self.objective_ = float(self.best_[-1])
        return self

    def candidates(self, X: Any, y: Any, sample_weight: Any = None) -> tuple[Array, Array]:
        """The parameters that `fit` tries on these rows, in their order.

        More tries go on with the same draws, so they never end higher.

        Parameters
        ----------
        X, y, sample_weight
            As of `fit`.

        Returns
        -------
        theta : ndarray, shape (tries, d), or (tries, t, d) for several targets
        theta_0 : ndarray, shape (tries,) or (tries, t)

        Examples
        --------
        >>> X, y = np.arange(9.0)[:, None], np.arange(9.0)
        >>> few, many = (RandomRegression(n).candidates(X, y)[0] for n in (3, 7))
        >>> few.shape, bool((few == many[:3]).all())
        ((3, 1), True)

        Notes: §2.4
        """
        self.check_hyperparameters()
        X, Y, weights, flat = training_rows(self, X, y, sample_weight)
        thetas, offsets = self._drawn(partial(X, Y, weights))
        return (thetas[:, :, 0], offsets[:, 0]) if flat else (thetas.swapaxes(1, 2), offsets)

    def _drawn(self, m: Moments) -> tuple[Array, Array]:
        """θ (tries, d, t) and θ₀ (tries, t), in units of the columns and targets."""
        d, t = m.xy.shape
        drawn = np.random.default_rng(self.random_state).normal(size=(self.tries, d + 1, t))
        x_scale = np.sqrt(np.maximum(np.diag(m.xx) / m.weight, 0.0))
        y_scale = np.sqrt(m.yy / m.weight)
        ratio = y_scale[None, :] / np.where(x_scale > 0, x_scale, 1.0)[:, None]
        thetas = self.spread * drawn[:, :d] * ratio
        lift = 0.1 * self.spread * drawn[:, d] * y_scale
        return thetas, m.y_mean + lift - np.einsum("adt,d->at", thetas, m.x_mean)

    def _explanation(self) -> Explanation:
        told = ridge_explanation(self, 0.0)
        how = (
            f"Random search: {self.n_iter_:,} parameters drawn from a normal distribution, those "
            "of least J kept. No gradient is taken, and nothing says that none are better."
        )
        lowest = (("least J met", f"{self.objective_:.6g}"),)
        return replace(
            told, gradient=None, algorithm=how, happened=told.happened + lowest, notes="§2.4, KE 47"
        )
