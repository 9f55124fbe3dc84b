"""`Passthrough`: a table as it was read, for a model whose parts encode its columns themselves.

Notes: §5.3
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import TransformerMixin
from sklearn.utils.validation import check_is_fitted

from pellucid.data.table import Table
from pellucid.data.table_reader import read_table
from pellucid.explanation import Explanation
from pellucid.glass_box import GlassBox

REASON = "Each part of the average encodes it in its own way."


class Passthrough(TransformerMixin, GlassBox):  # type: ignore[misc]
    """A table to the same table: the columns met in `fit`, in that order, not encoded.

    Attributes
    ----------
    codes_ : list of dict
        One entry a column: that it stays as it is.
    schema_ : list of dict
        How the columns were read.
    n_features_in_ : int
        Number of columns met in `fit`.
    warnings_ : list of str
        Caveats of the fit.

    Examples
    --------
    >>> table = read_table(np.array([[1.0, 2.0], [3.0, 4.0], [0.0, 9.0]]))
    >>> Passthrough().fit(table).transform(table)["x1"].values
    array([2., 4., 9.])

    Notes: §5.3
    """

    codes_: list[dict[str, Any]]
    schema_: list[dict[str, Any]]
    n_features_in_: int

    def fit(self, X: Any, y: Any = None) -> Self:
        """Take note of the columns.

        Parameters
        ----------
        X : Table, data frame or array, n rows
        y : ignored

        Returns
        -------
        Passthrough
            Itself.
        """
        self.check_hyperparameters()
        table = X if isinstance(X, Table) else read_table(X)
        self.n_features_in_ = len(table.columns)
        self.feature_names_in_ = np.array(table.names, dtype=object)
        self.schema_ = table.schema
        self.codes_ = [
            {
                "column": column.name,
                "kind": str(column.kind),
                "names": [column.name],
                "code": "as read",
                "spelled": "as read",
                "reason": REASON,
                "levels_": None if column.levels is None else list(column.levels),
            }
            for column in table.columns
        ]
        return self

    def transform(self, X: Any) -> Table:
        """The columns of training.

        Parameters
        ----------
        X : Table, data frame or array, n rows

        Returns
        -------
        Table
        """
        check_is_fitted(self)
        table = X if isinstance(X, Table) else read_table(X, schema=self.schema_)
        return table.select(list(self.feature_names_in_))

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[Any]:
        """Names of the columns."""
        check_is_fitted(self)
        return np.asarray(self.feature_names_in_)

    def _explanation(self) -> Explanation:
        return Explanation(
            name="Passthrough",
            problem="Hand the columns on as they were read: the parts of the model encode them.",
            happened=tuple((code["column"], code["kind"]) for code in self.codes_),
            warnings=tuple(self.warnings_),
            notes="§5.3",
        )
