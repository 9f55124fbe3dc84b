"""`MajorityBaseline`: the share of each class, whatever the row says.

Notes: Def 175, §4.6
"""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin
from sklearn.utils.validation import validate_data

from pellucid.data.label_encoding import encode_labels
from pellucid.data.sample_weights import relative_weights
from pellucid.explanation import Explanation, Formula
from pellucid.glass_box import GlassBox, LogProbabilityMixin
from pellucid.linear.input_rows import query_rows


class MajorityBaseline(LogProbabilityMixin, ClassifierMixin, GlassBox):  # type: ignore[misc]
    """Predict the commonest class, with the classes' shares as probabilities.

    Attributes
    ----------
    classes_ : ndarray, shape (k,)
        Labels, sorted.
    shares_ : ndarray, shape (k,)
        Share of each class in training.
    n_features_in_ : int
        d.
    warnings_ : list of str
        Caveats of the fit.

    Examples
    --------
    >>> import numpy as np
    >>> MajorityBaseline().fit(np.zeros((3, 1)), ["a", "b", "b"]).predict(np.zeros((1, 1)))
    array(['b'], dtype='<U1')

    Notes: Def 175, §4.6
    """

    block_route = "pellucid.linear.on_blocks.baselines:fit_shares"
    hyperparameters: ClassVar = ()

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.classifier_tags.poor_score = True
        return tags

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Count the classes; X is only counted.

        Parameters
        ----------
        X : array or sparse array, shape (n, d)
        y : array, shape (n,)
        sample_weight : array, shape (n,), or None

        Returns
        -------
        MajorityBaseline
            Itself.
        """
        self.check_hyperparameters()
        X, y = validate_data(self, X, y, accept_sparse="csr", dtype=np.float64)
        weights = np.ones(len(y))
        if sample_weight is not None:
            weights = relative_weights(sample_weight, len(y))
        self.classes_, codes = encode_labels(y)
        counts = np.bincount(codes, weights, len(self.classes_))
        present = counts > 0
        self.classes_, counts = self.classes_[present], counts[present]
        self.shares_ = counts / counts.sum()
        return self

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """The shares, once for each row of X: n×k."""
        X = query_rows(self, X)
        return np.tile(self.shares_, (X.shape[0], 1))

    def predict(self, X: Any) -> NDArray[Any]:
        """The commonest class, once for each row of X; ties go to the first label."""
        X = query_rows(self, X)
        return np.repeat(self.classes_[[self.shares_.argmax()]], X.shape[0])

    def _explanation(self) -> Explanation:
        shares = zip(self.classes_, self.shares_, strict=True)
        return Explanation(
            name="MajorityBaseline",
            problem="Classification, with nothing learned from the columns.",
            hypothesis=Formula("g = (shares of the classes)", r"g_j = n_j / n", "g: k×1", "§4.5"),
            algorithm="The classes are counted; the shares minimise the NLL of a constant guess.",
            happened=tuple((f"share of {c}", f"{s:.4g}") for c, s in shares),
            notes="Def 175, KE 171",
        )
