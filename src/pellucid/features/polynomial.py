"""`PolynomialBasis`: all monomials of the inputs up to an order.

Notes: Def 184, Def 187, Def 188, Concept 185, Concept 186, §5.2.1
"""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import TransformerMixin
from sklearn.utils.validation import _check_feature_names_in, check_is_fitted, validate_data

from pellucid.errors import HyperparameterError, ShapeError
from pellucid.explanation import Explanation, Formula
from pellucid.features.monomials import count, exponents, translated, values
from pellucid.glass_box import GlassBox
from pellucid.hyperparameters import Hyperparameter

Array = NDArray[np.float64]
MOST_TERMS = 50_000

ORDER = Hyperparameter("order", 2, "int", "Highest total degree.", symbol="k", low=0, high=60)
INCLUDE_CONSTANT = Hyperparameter(
    "include_constant",
    True,
    "bool",
    "Whether the constant 1 is a feature; leave it out when the model has an offset.",
)
TERMS = Hyperparameter(
    "terms",
    "all",
    "str",
    "All monomials; products of different inputs only; or powers of single inputs only.",
    choices=("all", "interactions", "axes"),
)
TERM_ORDER = Hyperparameter(
    "term_order",
    "degree",
    "str",
    "By total degree, or with the exponent of the first input running fastest.",
    choices=("degree", "first fastest"),
)
DOMAIN = Hyperparameter(
    "domain",
    "raw",
    "str",
    "'scaled' maps each input's training range to [−1, 1] first, which keeps high orders exact.",
    choices=("raw", "scaled"),
)


class PolynomialBasis(TransformerMixin, GlassBox):  # type: ignore[misc]
    """Polynomial features: every monomial of the inputs up to a total degree.

    Parameters
    ----------
    {hyperparameters}

    Attributes
    ----------
    exponents_ : ndarray of int, shape (m, d)
        Exponent of each input in each feature.
    centre_, half_ : ndarray, shape (d,)
        The inputs are taken as (x − centre)/half; 0 and 1 on the raw domain.
    n_features_in_ : int
        d.
    warnings_ : list of str
        Caveats of the fit.

    Examples
    --------
    >>> import numpy as np
    >>> PolynomialBasis(order=2).fit_transform(np.array([[2.0, 3.0]]))
    array([[1., 2., 3., 4., 6., 9.]])

    Notes: Def 187, Def 188, eq 5.13
    """

    hyperparameters: ClassVar = (ORDER, INCLUDE_CONSTANT, TERMS, TERM_ORDER, DOMAIN)

    def __init__(
        self,
        order: int = ORDER.default,
        *,
        include_constant: bool = INCLUDE_CONSTANT.default,
        terms: str = TERMS.default,
        term_order: str = TERM_ORDER.default,
        domain: str = DOMAIN.default,
    ) -> None:
        self.order = order
        self.include_constant = include_constant
        self.terms = terms
        self.term_order = term_order
        self.domain = domain

    def fit(self, X: Any, y: Any = None) -> Self:
        """Lay out the monomials; with domain "scaled", learn the range of each input.

        Parameters
        ----------
        X : array, shape (n, d)
        y : ignored

        Returns
        -------
        PolynomialBasis
            Itself.

        Raises
        ------
        HyperparameterError
            When there would be more than 50,000 features; tells how many.
        """
        self.check_hyperparameters()
        X = validate_data(self, X, dtype=np.float64)
        d = X.shape[1]
        self.exponents_ = self._table(d)
        low, high = X.min(axis=0), X.max(axis=0)
        if self.domain == "scaled":
            self.centre_ = low / 2 + high / 2
            self.half_ = np.where(high > low, high / 2 - low / 2, 1.0)
        else:
            self.centre_, self.half_ = np.zeros(d), np.ones(d)
        return self

    def _table(self, d: int) -> NDArray[np.int64]:
        if self.terms == "axes":
            powers = [np.eye(d, dtype=np.int64) * p for p in range(1, self.order + 1)]
            table = np.concatenate([np.zeros((1, d), dtype=np.int64), *powers])
        else:
            terms = count(d, self.order)
            if terms > MOST_TERMS:
                raise HyperparameterError(
                    f"PolynomialBasis: order {self.order} of {d} inputs has C({d + self.order}, "
                    f"{self.order}) = {terms:,} features; at most {MOST_TERMS:,} are made. Lower "
                    "the order, or choose inputs."
                )
            table = exponents(d, self.order, by_degree=self.term_order == "degree")
        if self.terms == "interactions":
            table = table[table.max(axis=1, initial=0) <= 1]
        return table if self.include_constant else table[table.sum(axis=1) > 0]

    def transform(self, X: Any) -> Array:
        """φ(x) of each row: n×m.

        Parameters
        ----------
        X : array, shape (n, d)
        """
        check_is_fitted(self)
        X = validate_data(self, X, reset=False, dtype=np.float64)
        return values((X - self.centre_) / self.half_, self.exponents_)

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[Any]:
        """Names such as "1", "x0", "x0²", "x0·x1"; scaled inputs are written "z(x0)"."""
        check_is_fitted(self)
        names = _check_feature_names_in(self, input_features)
        if self.domain == "scaled":
            names = [f"z({name})" for name in names]
        return np.array([_spelled(row, names) for row in self.exponents_.tolist()], dtype=object)

    def raw_coefficients(self, coef: Any, intercept: float = 0.0) -> tuple[Array, float]:
        """Coefficients of the same polynomial in powers of the raw inputs; exact but for rounding.

        Parameters
        ----------
        coef : array, shape (m,)
            Of the features of this basis.
        intercept : float
            Offset of the model.

        Returns
        -------
        ndarray (m,), float
            Coefficients in the order of `exponents_`, and the constant that is left when the
            basis has none.

        Raises
        ------
        ShapeError
            When there is not one coefficient a feature.

        Notes: Def 187
        """
        check_is_fitted(self)
        coef = np.asarray(coef, dtype=np.float64)
        if coef.shape != (len(self.exponents_),):
            raise ShapeError(
                f"There are {len(self.exponents_)} features; coef has shape {coef.shape}."
            )
        d = self.exponents_.shape[1]
        table = np.vstack([self.exponents_, np.zeros((1, d), dtype=np.int64)])
        found = translated(np.append(coef, intercept), table, self.centre_, self.half_)
        there = [tuple(row) for row in self.exponents_.tolist()]
        lost = [key for key in found if key not in there and any(key) and found[key] != 0.0]
        if lost:
            raise ShapeError("The raw inputs need monomials that this basis lacks (see `terms`).")
        constant = tuple([0] * d)
        rest = 0.0 if constant in there else found.get(constant, 0.0)
        return np.array([found.get(key, 0.0) for key in there]), rest

    def _explanation(self) -> Explanation:
        d = self.exponents_.shape[1]
        return Explanation(
            name="PolynomialBasis",
            problem="Let a linear machine bend: products of the inputs become features.",
            hypothesis=Formula(
                "φ(x)ⱼ = Π xᵢ^cᵢ with Σ cᵢ ≤ k",
                r"\varphi(x)_j = \prod_{i=1}^{d} x_i^{c_i}, \quad \sum_i c_i \le k",
                "x: d×1, φ(x): m×1",
                "Def 187",
            ),
            algorithm="Each monomial is a lower one times one input.",
            happened=(
                ("inputs", f"{d}"),
                ("order", f"{self.order}"),
                ("features", f"{len(self.exponents_):,}"),
            ),
            warnings=tuple(self.warnings_),
            notes="Def 187, Def 188, eq 5.13",
        )


SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def _spelled(row: list[int], names: Any) -> str:
    parts = [
        f"{name}{str(e).translate(SUPERSCRIPTS) if e > 1 else ''}"
        for name, e in zip(names, row, strict=True)
        if e
    ]
    return "·".join(parts) or "1"
