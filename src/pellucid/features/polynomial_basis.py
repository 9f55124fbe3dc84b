"""`PolynomialBasis`: all monomials of the inputs up to an order.

Notes: Def 184, Def 187, Def 188, Concept 185, Concept 186, §5.2.1
"""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import TransformerMixin
from sklearn.utils.validation import (
    _check_feature_names_in,
    check_array,
    check_is_fitted,
    validate_data,
)

from pellucid.data.encoded_names import distinct_names
from pellucid.errors import HyperparameterError, ShapeError, TooFewRowsWarning
from pellucid.explanation import Explanation, Formula
from pellucid.features.memory_limit import check_memory
from pellucid.features.monomial_rows import monomial_rows
from pellucid.features.monomials import exponents, monomial_count, recipe, uncentered_coefficients
from pellucid.features.polynomial_settings import DOMAIN, INCLUDE_CONSTANT, ORDER, TERM_ORDER, TERMS
from pellucid.glass_box import GlassBox

Array = NDArray[np.float64]
MOST_TERMS = 50_000
MOST_EXPONENTS = 50_000_000


class PolynomialBasis(TransformerMixin, GlassBox):  # type: ignore[misc]
    """Polynomial features: every monomial of the inputs up to a total degree.

    Parameters
    ----------
    {hyperparameters}

    Attributes
    ----------
    exponents_ : ndarray of int, shape (m, d)
        Exponent of each input in each feature.
    recipe_ : ndarray of int, shape (r, 4)
        How features are made of one another (see `monomials.recipe`).
    centre_, half_ : ndarray, shape (d,)
        The inputs are taken as (x − centre)/half; 0 and 1 on the raw domain.
    n_features_in_ : int
        d.
    warnings_ : list of str
        Caveats of the fit.

    Examples
    --------
    >>> import numpy as np
    >>> basis = PolynomialBasis(order=2).fit(np.random.default_rng(0).normal(size=(9, 2)))
    >>> basis.transform([[2.0, 3.0]])
    array([[1., 2., 3., 4., 6., 9.]])
    >>> basis.get_feature_names_out().tolist()
    ['1', 'x0', 'x1', 'x0²', 'x0·x1', 'x1²']

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

        Warns
        -----
        TooFewRowsWarning
            When there are as many features as rows: a polynomial through every point tells nothing.
        """
        self.check_hyperparameters()
        X = validate_data(self, X, dtype=np.float64)
        n, d = X.shape
        self._announce(d)
        table = exponents(d, self.order, terms=self.terms, by_degree=self.term_order == "degree")
        self.exponents_ = table if self.include_constant else table[table.any(axis=1)]
        self.recipe_ = recipe(self.exponents_)
        low, high = X.min(axis=0), X.max(axis=0)
        if self.domain == "scaled":
            self.centre_ = low / 2 + high / 2
            self.half_ = np.where(high > low, high / 2 - low / 2, 1.0)
        else:
            self.centre_, self.half_ = np.zeros(d), np.ones(d)
        if self.order > 1 and len(self.exponents_) >= n:
            self.warn(
                f"order {self.order} of {d} inputs makes {len(self.exponents_)} features of {n} "
                "rows: a polynomial can pass through every one of them, which tells nothing of new "
                "rows. Lower the order, or choose λ on held-out rows.",
                TooFewRowsWarning,
            )
        return self

    def _announce(self, d: int) -> None:
        """Tell how many features there would be, before a table too long for memory is begun."""
        terms = monomial_count(d, self.order, self.terms)
        if terms > MOST_TERMS or terms * d > MOST_EXPONENTS:
            known = f"C({d + self.order}, {self.order}) = " if self.terms == "all" else ""
            limit = f"at most {MOST_TERMS:,} are made"
            if terms <= MOST_TERMS:
                limit = f"their table has {terms * d:,} exponents, at most {MOST_EXPONENTS:,} fit"
            raise HyperparameterError(
                f"PolynomialBasis: order {self.order} of {d} inputs has {known}{terms:,} features; "
                f"{limit}. Lower the order, or choose inputs."
            )

    def transform(self, X: Any) -> Array:
        """φ(x) of each row: n×m.

        Parameters
        ----------
        X : array, shape (n, d)

        Raises
        ------
        TooLargeError
            When the features would not fit in memory.
        HyperparameterError
            When a power is beyond the largest number there is; names the inputs.
        """
        check_is_fitted(self)
        X = validate_data(self, X, reset=False, dtype=np.float64)
        n, m = len(X), len(self.exponents_)
        check_memory(n, m, "PolynomialBasis", "Transform fewer rows at a time, or lower the order.")
        Z = (X - self.centre_) / self.half_ if self.domain == "scaled" else X
        features = monomial_rows(Z, self.recipe_, m)
        self._check_overflow(Z, features)
        return features

    def _check_overflow(self, Z: Array, features: Array) -> None:
        with np.errstate(divide="ignore"):
            sizes = np.log2(np.abs(Z).max(axis=0))
        reach = self.exponents_ @ np.maximum(sizes, 0)
        if reach.max(initial=0.0) < 1023 or np.isfinite(features).all():
            return
        widest = int(np.argmax(sizes))
        advice = "Use domain='scaled', or measure the input in a larger unit."
        if self.domain == "scaled":
            advice = "These rows lie far outside the range of the rows of the fit."
        raise HyperparameterError(
            f"PolynomialBasis: powers up to order {self.order} of input {widest} "
            f"(up to {np.abs(Z[:, widest]).max():.3g}) are beyond the largest number there is. "
            f"{advice}"
        )

    def inverse_transform(self, X: Any) -> Array:
        """The inputs whose features these are: n×d, read off the features of degree 1.

        Parameters
        ----------
        X : array, shape (n, m)

        Raises
        ------
        HyperparameterError
            At order 0, whose only feature is the constant.
        ShapeError
            Unless there are m columns.
        """
        check_is_fitted(self)
        features = check_array(X, dtype=np.float64)
        if features.shape[1] != len(self.exponents_):
            raise ShapeError(
                f"There are {len(self.exponents_)} features; X has {features.shape[1]} columns."
            )
        if self.order == 0:
            raise HyperparameterError("PolynomialBasis: order 0 keeps nothing of the inputs.")
        single = np.flatnonzero(self.exponents_.sum(axis=1) == 1)
        inputs = self.exponents_[single].argmax(axis=1)
        X_again: Array = features[:, single[np.argsort(inputs)]] * self.half_ + self.centre_
        return X_again

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[Any]:
        """Names such as "1", "x0", "x0²", "x0·x1"; scaled inputs are written "z(x0)"."""
        check_is_fitted(self)
        names = _check_feature_names_in(self, input_features)
        if self.domain == "scaled":
            names = [f"z({name})" for name in names]
        return distinct_names(_spelled(row, names) for row in self.exponents_.tolist())

    def raw_coefficients(self, coef: Any, intercept: Any = 0.0) -> tuple[Array, Any]:
        """Coefficients of the same polynomial in powers of the raw inputs, each rounded once.

        Parameters
        ----------
        coef : array, shape (m,) or (t, m)
            Of the features of this basis; one row a target.
        intercept : float or array of shape (t,)
            Offset of the model.

        Returns
        -------
        ndarray (m,) or (t, m), and float or ndarray (t,)
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
        if coef.ndim not in (1, 2) or coef.shape[-1] != len(self.exponents_):
            raise ShapeError(
                f"There are {len(self.exponents_)} features; coef has shape {coef.shape}."
            )
        if coef.ndim == 1:
            return self._raw(coef, float(intercept))
        offsets = np.broadcast_to(np.asarray(intercept, dtype=np.float64), len(coef))
        pairs = [self._raw(c, float(c_0)) for c, c_0 in zip(coef, offsets, strict=True)]
        return np.array([c for c, _ in pairs]), np.array([c_0 for _, c_0 in pairs])

    def _raw(self, coef: Array, intercept: float) -> tuple[Array, float]:
        constant = (0,) * self.exponents_.shape[1]
        table = np.vstack([self.exponents_, [constant]])
        found = uncentered_coefficients(np.append(coef, intercept), table, self.centre_, self.half_)
        there = [tuple(row) for row in self.exponents_.tolist()]
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
            algorithm="Each monomial is a lower one times one input: one product a row.",
            happened=(
                ("inputs", f"{d}"),
                ("order", f"{self.order}"),
                ("features", f"{len(self.exponents_):,}{self._counted(d)}"),
                ("inputs enter", "scaled to [−1, 1]" if self.domain == "scaled" else "as they are"),
            ),
            warnings=tuple(self.warnings_),
            notes="Def 187, Def 188, eq 5.13",
        )

    def _counted(self, d: int) -> str:
        constant = "" if self.include_constant else ", less the constant"
        k = self.order
        return f" = C({d + k}, {k}){constant}" if self.terms == "all" else ""


SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def _spelled(row: list[int], names: Any) -> str:
    parts = [
        f"{name}{str(e).translate(SUPERSCRIPTS) if e > 1 else ''}"
        for name, e in zip(names, row, strict=True)
        if e
    ]
    return "·".join(parts) or "1"
