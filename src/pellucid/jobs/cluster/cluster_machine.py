"""What `pellucid cluster` leaves behind: from a table to the group of each row.

Notes: Concept 211, Notation 229
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.clusters.kernels.k_means_loss import nearest_mean
from pellucid.data.table_reader import read_table
from pellucid.explanation import Explanation
from pellucid.former_names import renamed
from pellucid.jobs.machine_parts import columns_wanted, facts_of

Array = NDArray[np.float64]


@renamed(kept="used_columns", wanted="input_schema")
@dataclass(frozen=True)
class ClusterMachine:
    """Reads a table, encodes it as in training, and finds the nearest mean.

    Parameters
    ----------
    schema : list of dict
        Columns as they were read in training.
    features : tuple of str
        Columns used.
    problem : str
        The problem as it was framed.
    encoder : TableEncoder
        Fitted on the training rows.
    used_columns : ndarray of int
        Encoded columns that distances are measured in.
    scale : ndarray, shape (D,)
        What each of these is multiplied by, so that every column of the table counts as one.
    view : ndarray, shape (D, q), or None
        Directions looked along; None looks at all columns.
    model : KMeans
        The means.
    numbers : ndarray of int, shape (k,)
        Number of the group, from 1, that each mean stands for: groups are numbered by size.
    words : dict of int to str
        What sets each group apart.
    evidence : dict
        Figures of the fit.

    Notes: Notation 229
    """

    schema: list[dict[str, Any]]
    features: tuple[str, ...]
    problem: str
    encoder: Any
    used_columns: NDArray[np.intp]
    scale: Array
    view: Array | None
    model: Any
    numbers: NDArray[np.intp]
    words: dict[int, str]
    evidence: dict[str, Any]

    @property
    def input_schema(self) -> list[dict[str, Any]]:
        """Columns that a table must have to be sorted into the groups."""
        return columns_wanted(self.schema, self.features)

    def features_of(self, source: Any) -> Array:
        """Rows as distances see them, n×q.

        Raises
        ------
        ColumnError
            When a column of training is absent.
        """
        return self._seen(self.encoder.transform(read_table(source, schema=self.input_schema)))

    def _seen(self, encoded: Array) -> Array:
        found = encoded[:, self.used_columns] * self.scale
        return np.ascontiguousarray(found if self.view is None else found @ self.view)

    def predict(self, source: Any) -> NDArray[np.intp]:
        """The group of each row, from 1 to k.

        Parameters
        ----------
        source : Table, path, data frame or array
            Rows with the columns of training.

        Returns
        -------
        ndarray of int, shape (n,)

        Notes: Notation 218, Notation 229
        """
        return np.asarray(self.numbers[self.model.predict(self.features_of(source))])

    def answers(self, table: Any) -> dict[str, Any]:
        """Columns that a prediction adds: the group, and the distance to its mean."""
        return self.answers_of(self.encoder.transform(read_table(table, schema=self.input_schema)))

    def answers_of(self, encoded: Array) -> dict[str, Any]:
        """The same from rows as the encoder leaves them, n×D."""
        X = self._seen(encoded)
        labels, squares = nearest_mean(X, np.asarray(self.model.cluster_centers_))
        return {"prediction": self.numbers[labels], "distance": np.sqrt(squares)}

    def explain(self) -> Explanation:
        """The groups, the figures of the fit, and the model's own explanation."""
        groups = tuple((f"group {g}", words) for g, words in self.words.items())
        return Explanation(
            name="Groups of a table",
            problem=self.problem,
            happened=facts_of(self.evidence) + groups,
            notes="Concept 211, §6.3",
            parts=(self.model.explain(),),
        )
