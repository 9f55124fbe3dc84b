"""`FewLabelClassifier`: a few labels, many rows without: each row takes the nearest known label.

Notes: Def 366
"""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist
from sklearn.base import ClassifierMixin, clone
from sklearn.utils.validation import check_is_fitted, validate_data

from pellucid.data.label_encoding import encode_labels
from pellucid.data.sample_weights import relative_weights
from pellucid.errors import FramingError
from pellucid.explanation import Explanation, Formula
from pellucid.glass_box import GlassBox
from pellucid.hyperparameters import Hyperparameter

Array = NDArray[np.float64]
AT_ONCE = 2_000  # rows whose distances are held in memory together
ENCODER = Hyperparameter(
    "encoder", None, "any", "What makes the codes, such as an Autoencoder; None compares the rows "
    "themselves.", optional=True,
    accepts=lambda value: hasattr(value, "transform") and hasattr(value, "fit"),
    described="an estimator with fit and transform, or None",
)  # fmt: skip
UNLABELLED = Hyperparameter(
    "unlabelled", None, "any", "The label that marks rows without one, such as −1 or ''; None: "
    "every row has one.", optional=True,
    accepts=lambda value: isinstance(value, str | int | float | np.generic) and value == value,
    described="a label other than NaN, or None",
)  # fmt: skip


class FewLabelClassifier(ClassifierMixin, GlassBox):  # type: ignore[misc]
    """The encoder learns from all rows; a row gets the label of the nearest labelled code.

    It works as far as like rows have near codes, which is hoped for and not guaranteed: look at
    the codes, and at the accuracy on rows whose labels were not used.

    Parameters
    ----------
    {hyperparameters}

    Attributes
    ----------
    classes_ : array, shape (c,)
        Labels.
    encoder_ : estimator or None
        Fitted on all rows, labelled or not.
    codes_ : array, shape (m, k)
        Of the labelled rows.
    labels_ : array of int, shape (m,)
        Their labels, as places in `classes_`.
    n_rows_ : int
        Rows that the encoder learned from.
    warnings_ : list of str
        Caveats of the fit.

    Examples
    --------
    >>> from pellucid import LinearAutoencoder
    >>> X = np.array([[0.0, 0], [1, 1], [2, 2], [7, 7], [8, 8], [9, 9]])
    >>> y = np.array(["low", "?", "?", "?", "?", "high"])
    >>> FewLabelClassifier(LinearAutoencoder(1), unlabelled="?").fit(X, y).predict(X).tolist()
    ['low', 'low', 'low', 'high', 'high', 'high']

    Notes: Def 366
    """

    hyperparameters: ClassVar = (ENCODER, UNLABELLED)

    def __init__(self, encoder: Any = None, unlabelled: Any = None) -> None:
        self.encoder = encoder
        self.unlabelled = unlabelled

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Fit the encoder on all rows, and keep the codes of the labelled ones.

        Parameters
        ----------
        X : array, shape (n, d)
        y : array, shape (n,)
            Labels, with `unlabelled` where there is none.
        sample_weight : array, shape (n,), optional
            For the encoder; a row of weight 0 is left out.

        Returns
        -------
        self

        Raises
        ------
        FramingError
            When no row is labelled.

        Notes: Def 366
        """
        self.check_hyperparameters()
        X, y = validate_data(self, X, y, dtype=np.float64)
        encode_labels(y)
        weighted: dict[str, Any] = {}
        if sample_weight is not None:
            weights = relative_weights(sample_weight, len(y))
            kept = weights > 0
            X, y, weighted = X[kept], y[kept], {"sample_weight": weights[kept]}
        known = np.ones(len(y), dtype=bool) if self.unlabelled is None else y != self.unlabelled
        if not known.any():
            raise FramingError(
                f"FewLabelClassifier: no row is labelled, all are {self.unlabelled!r}. Label at "
                "least one row of each class."
            )
        self.encoder_ = None if self.encoder is None else clone(self.encoder).fit(X, **weighted)
        self.n_rows_ = len(X)
        self.classes_, self.labels_ = np.unique(y[known], return_inverse=True)
        self.codes_ = self._codes(X[known])
        return self

    def _codes(self, X: Array) -> Array:
        return X if self.encoder_ is None else np.asarray(self.encoder_.transform(X))

    def nearest(self, X: Any) -> tuple[NDArray[np.intp], Array]:
        """Which labelled row each row is nearest to, by place in `codes_`, and how far.

        Notes: Def 366
        """
        check_is_fitted(self)
        X = validate_data(self, X, reset=False, dtype=np.float64)
        codes = self._codes(X)
        at, far = np.empty(len(X), dtype=np.intp), np.empty(len(X))
        for first in range(0, len(X), AT_ONCE):
            part = slice(first, first + AT_ONCE)
            distances = cdist(codes[part], self.codes_)
            at[part], far[part] = distances.argmin(axis=1), distances.min(axis=1)
        return at, far

    def predict(self, X: Any) -> NDArray[Any]:
        """The label of the nearest labelled code, (n,).

        Parameters
        ----------
        X : array, shape (n, d)
        """
        at, _ = self.nearest(X)
        return np.asarray(self.classes_[self.labels_[at]])

    def _explanation(self) -> Explanation:
        counts = np.bincount(self.labels_, minlength=len(self.classes_))
        told = ", ".join(f"{c}: {m}" for c, m in zip(self.classes_, counts, strict=True))
        m = len(self.labels_)
        return Explanation(
            name="FewLabelClassifier",
            problem=f"Semi-supervised classification: {m:,} of {self.n_rows_:,} rows have labels; "
            "judged by the share of wrong predictions.",
            hypothesis=Formula(
                "h(x) = y⁽ʲ⁾ with j = argminⱼ ‖a(x) − a(x⁽ʲ⁾)‖ over labelled rows j",
                r"h(x) = y^{(j)},\ j = \arg\min_j \|a(x) - a(x^{(j)})\|",
                f"a: {self.codes_.shape[1]}×1",
                "Def 366",
            ),
            algorithm="Codes are learned from all rows; labels are only looked up.",
            happened=(("labelled rows of each class", told),),
            warnings=tuple(self.warnings_),
            notes="Def 366",
            parts=() if self.encoder_ is None else (self.encoder_.explain(),),
        )
