"""`RandomRegression`: try parameters at random, keep the best. A floor for cleverer algorithms.

Notes: §2.4
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar, Self

import numpy as np

from pellucid.explanation import Explanation
from pellucid.hyperparameters import Hyperparameter
from pellucid.linear.callbacks import Watched, with_callbacks
from pellucid.linear.input_rows import training_rows
from pellucid.linear.kernels.row_pieces import with_steady_bits
from pellucid.linear.solvers.moments import partial, squared_errors
from pellucid.linear.square_loss import SquareLossRegressor, ridge_explanation

TRIES = Hyperparameter("tries", 1000, "int", "How many parameters to try.", low=1)
SPREAD = Hyperparameter(
    "spread",
    1.0,
    "float",
    "Standard deviation of the weights tried, for columns and answers of standard deviation 1.",
    low=0.0,
    open_low=True,
)
BATCH = 50
RANDOM_STATE = Hyperparameter("random_state", 0, "int", "Seed of the tries.", low=0)


class RandomRegression(Watched, SquareLossRegressor):
    """Linear regression by random search: θ drawn from a normal distribution, the best kept.

    Weights are drawn for standardised columns and answers, so that the search does not depend on
    units; θ₀ is drawn likewise, about the mean answer.

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
    @with_steady_bits
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
        rng = np.random.default_rng(self.random_state)
        d, t = m.xy.shape
        x_scale = np.sqrt(np.maximum(np.diag(m.xx) / m.weight, 0.0))
        y_scale = np.sqrt(m.yy / m.weight)
        ratio = y_scale[None, :] / np.where(x_scale > 0, x_scale, 1.0)[:, None]
        thetas = self.spread * rng.normal(size=(self.tries, d, t)) * ratio
        lift = 0.1 * self.spread * rng.normal(size=(self.tries, t)) * y_scale
        offsets = m.y_mean + lift - np.einsum("adt,d->at", thetas, m.x_mean)
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
