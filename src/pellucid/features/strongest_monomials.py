"""`StrongestMonomials`: of all monomials of order 2, those that a linear fit leaves most to.

Notes: Def 187, §5.2, Concept 185
"""

from __future__ import annotations

from functools import cache
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import TransformerMixin
from sklearn.utils.validation import _check_feature_names_in, check_is_fitted, validate_data

from pellucid.data.magnitude_checks import refuse_extremes
from pellucid.errors import HyperparameterError
from pellucid.explanation import Explanation, Formula
from pellucid.former_names import renamed, renamed_arguments
from pellucid.glass_box import GlassBox
from pellucid.hyperparameters import Hyperparameter

Array = NDArray[np.float64]
WIDEST = 1_500  # columns among which products are looked for
SHRINK = 1e-3  # penalty of the linear fit whose residuals decide, per row and unit variance

MAX_FEATURES = Hyperparameter(
    "max_features", 1_000, "int", "Most features, the inputs among them.", low=1
)


@renamed(most="max_features")
class StrongestMonomials(TransformerMixin, GlassBox):  # type: ignore[misc]
    """The inputs, and the products and squares of them that matter most for the target.

    Where all monomials of order 2 are at most `max_features`, it is the polynomial basis of order 2
    without its constant and without products that say nothing new (see `new_products`). Beyond,
    each product is weighed by how closely it follows what a linear fit leaves of the target; all
    are weighed in two products of matrices.

    Parameters
    ----------
    {hyperparameters}

    Attributes
    ----------
    pairs_ : ndarray of int, shape (m, 2)
        The inputs of each product; a square names its input twice.
    candidates_ : int
        How many products that say something new there were to choose from: of all inputs, or of
        the 1,500 that follow the target most closely.
    n_features_in_ : int
        d.
    warnings_ : list of str
        Caveats of the fit.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.random.default_rng(0).normal(size=(200, 6))
    >>> chosen = StrongestMonomials(max_features=8).fit(X, X[:, 1] * X[:, 4] + X[:, 2] ** 2)
    >>> chosen.get_feature_names_out().tolist()
    ['x0', 'x1', 'x2', 'x3', 'x4', 'x5', 'x1·x4', 'x2²']

    Notes: Def 187, §5.2, Concept 185
    """

    hyperparameters: ClassVar = (MAX_FEATURES,)

    pairs_: NDArray[np.intp]
    candidates_: int
    n_features_in_: int

    @renamed_arguments(most="max_features")
    def __init__(self, max_features: int = MAX_FEATURES.default) -> None:
        self.max_features = max_features

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.required = False
        return tags

    def fit(self, X: Any, y: Any = None) -> Self:
        """Choose the products.

        Parameters
        ----------
        X : array, shape (n, d)
        y : array, shape (n,) or (n, k), or None
            Numbers or labels; without them the products of the widest spread are taken.

        Returns
        -------
        self
        """
        self.check_hyperparameters()
        X = validate_data(self, X, dtype=np.float64)
        refuse_extremes(X)
        room = max(int(self.max_features) - X.shape[1], 0)
        centred = X - X.mean(axis=0)
        left = cache(lambda: _residual(centred, _numbers(y, len(X))))
        among = np.arange(X.shape[1])
        if len(among) > WIDEST:
            told = np.abs(centred.T @ left()).max(axis=1) + X.std(axis=0) * 1e-12
            among = np.sort(np.argsort(-told, kind="stable")[:WIDEST])
        new = new_products(X[:, among])
        self.candidates_ = int(new.sum())
        first, second = np.nonzero(new)
        if self.candidates_ > room:
            strength = _strengths(centred[:, among], left())[first, second]
            strongest = np.sort(np.argsort(-strength, kind="stable")[:room])
            first, second = first[strongest], second[strongest]
        self.pairs_ = np.column_stack([among[first], among[second]]).astype(np.intp)
        return self

    def transform(self, X: Any) -> Array:
        """The inputs, then the products: n×(d + m)."""
        check_is_fitted(self)
        X = validate_data(self, X, reset=False, dtype=np.float64)
        with np.errstate(over="ignore"):
            products = X[:, self.pairs_[:, 0]] * X[:, self.pairs_[:, 1]]
        if not np.isfinite(products).all():
            widest = int(np.abs(X).max(axis=0).argmax())
            raise HyperparameterError(
                f"StrongestMonomials: products of input {widest} (up to "
                f"{np.abs(X[:, widest]).max():.3g}) are beyond the largest number there is. These "
                "rows lie far outside the range of the rows of the fit."
            )
        return np.hstack([X, products])

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[Any]:
        """Names such as "x0", "x0²", "x0·x1"."""
        check_is_fitted(self)
        names = _check_feature_names_in(self, input_features)
        products = [f"{names[i]}²" if i == j else f"{names[i]}·{names[j]}" for i, j in self.pairs_]
        return np.array([*names, *products], dtype=object)

    def _explanation(self) -> Explanation:
        chosen = len(self.pairs_)
        return Explanation(
            name="StrongestMonomials",
            problem="Let a linear machine bend, also where all products would be too many.",
            hypothesis=Formula(
                "φ(x) = (x₁ … x_d, chosen products xᵢxⱼ)",
                r"\varphi(x) = (x_1, \ldots, x_d, x_i x_j, \ldots)",
                "x: d×1, φ(x): (d + m)×1",
                "Def 187",
            ),
            algorithm=(
                "Each product is weighed by its correlation with what a linear fit leaves. What is "
                "a sum of the inputs themselves, as the square of a two-valued one, is left out."
            ),
            happened=(
                ("inputs", f"{self.n_features_in_:,}"),
                ("products", f"{chosen:,} of {self.candidates_:,}"),
            ),
            warnings=tuple(self.warnings_),
            notes="Def 187, §5.2, Concept 185",
        )


def _strengths(Z: Array, residual: Array) -> Array:
    """How closely the product of each two centred inputs follows what a linear fit leaves: d×d."""
    sizes = np.sqrt((Z**2).T @ Z**2) + 1e-12 * max(float((Z**4).sum(axis=0).max()), 1e-300)
    strength = np.zeros(sizes.shape)
    for column in residual.T:
        strength = np.maximum(strength, np.abs((Z * column[:, None]).T @ Z) / sizes)
    return strength


def new_products(X: Array) -> NDArray[np.bool_]:
    """Which products of two columns are no sum of the columns themselves: d×d, above the diagonal.

    A product with a constant is none, and one of two columns u and v of two values each is
    a·u + b·v + c unless all four of their combinations occur: the square of a column, a product of
    places of the same one-hot code (always 0), or of steps of the same thermometer.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.array([[0.0, 1, 0], [1, 0, 1], [0, 1, 2], [0, 0, 3]])
    >>> np.argwhere(new_products(X)).tolist()
    [[0, 2], [1, 2], [2, 2]]

    Notes: Def 187
    """
    new = np.triu(np.ones((X.shape[1], X.shape[1]), dtype=bool))
    high, low = X.max(axis=0) == X, X.min(axis=0) == X
    constant = (high & low).all(axis=0)
    new[constant] = new[:, constant] = False
    two = np.flatnonzero((high | low).all(axis=0))
    one = high[:, two].astype(np.float64)
    both = one.T @ one
    first = one.sum(axis=0)[:, None] - both
    second, neither = first.T, len(X) - both - first - first.T
    new[np.ix_(two, two)] &= (both > 0) & (first > 0) & (second > 0) & (neither > 0)
    return np.asarray(new)


def _numbers(y: Any, n: int) -> Array:
    """The target as centred numbers, n×k: labels one column a class."""
    if y is None:
        return np.ones((n, 1))
    y = np.asarray(y)
    if y.dtype.kind in "OUS":
        y = (y[:, None] == np.unique(y)).astype(np.float64)
    Y = np.asarray(y, dtype=np.float64).reshape(n, -1)
    return np.asarray(Y - Y.mean(axis=0))


def _residual(X: Array, Y: Array) -> Array:
    """What a lightly penalised linear fit leaves of Y (n×k); in the smaller of both spaces."""
    n, d = X.shape
    scale = X.std(axis=0)
    Z = X / np.where(scale > 0, scale, 1.0)
    if d <= n:
        return np.asarray(Y - Z @ np.linalg.solve(Z.T @ Z + n * SHRINK * np.eye(d), Z.T @ Y))
    inner = Z @ Z.T
    return np.asarray(Y - inner @ np.linalg.solve(inner + n * SHRINK * np.eye(n), Y))
