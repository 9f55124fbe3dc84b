"""The machine: a framed problem and its fitted solution, as one thing that predicts from tables.

Notes: §1.0.5, §1.0.7, Def 6
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.framing import Framing
from pellucid.data.reading import read_table
from pellucid.errors import FramingError
from pellucid.explanation import Explanation
from pellucid.jobs.machine_parts import columns_wanted, facts_of

MISSING = "(none)"
MARGIN = "9 of 10 test rows were off by at most"  # evidence of a regression


@dataclass(frozen=True)
class Machine:
    """What `pellucid fit` leaves behind: from a table to predictions.

    Parameters
    ----------
    framing : Framing
        The problem.
    schema : list of dict
        Columns as they were read in training.
    steps : tuple of transformer
        Encoder first; then features such as a polynomial basis.
    model : estimator
        The fitted model.
    threshold : float or None
        Two classes: the second is said above this probability; None means one half.
    evidence : dict
        Figures of the fit: rows, loss, test error, its interval, the baseline's.

    Notes: §1.0.7, Def 19
    """

    framing: Framing
    schema: list[dict[str, Any]]
    steps: tuple[Any, ...]
    model: Any
    threshold: float | None
    evidence: dict[str, Any]

    @property
    def wanted(self) -> list[dict[str, Any]]:
        """Columns that a table must have to be predicted from."""
        return columns_wanted(self.schema, self.framing.features)

    def features_of(self, source: Any) -> NDArray[np.float64]:
        """The encoded rows φ(x), n×D, of a table or of anything `read_table` reads.

        Raises
        ------
        ColumnError
            When a column of training is absent.
        """
        X: Any = read_table(source, schema=self.wanted)
        for step in self.steps:
            X = step.transform(X)
        return np.asarray(X, dtype=np.float64)

    def predict(self, source: Any) -> NDArray[Any]:
        """Predictions: numbers, class labels, or "a;b" strings for overlapping classes.

        Parameters
        ----------
        source : Table, path, data frame or array
            Rows with the columns of training; the target is not needed.

        Returns
        -------
        ndarray, shape (n,)
        """
        X = self.features_of(source)
        if self.framing.problem == "overlapping classes":
            chosen = np.asarray(self.model.predict(X)) > 0
            return np.array([self._joined(row) for row in chosen], dtype=object)
        if self.framing.problem == "regression":
            return np.asarray(self.model.predict(X))
        return self.decide(np.asarray(self.model.predict_proba(X)))

    def decide(self, probabilities: NDArray[np.float64]) -> NDArray[Any]:
        """Class labels from probabilities, n×k, with the machine's threshold.

        Notes: KE 152, Def 175
        """
        labels = np.asarray(self.model.classes_)
        if len(labels) == 2:
            cut = 0.5 if self.threshold is None else self.threshold
            return np.asarray(labels[(probabilities[:, 1] > cut).astype(np.intp)])
        return np.asarray(labels[probabilities.argmax(axis=1)])

    def _joined(self, row: NDArray[np.bool_]) -> str:
        said = [c for c, on in zip(self.framing.classes, row, strict=True) if on]
        return ";".join(said) or MISSING

    def predict_probabilities(self, source: Any) -> NDArray[np.float64]:
        """Probability of each class, n×k, columns as `framing.classes`.

        Raises
        ------
        FramingError
            For a regression.
        """
        if self.framing.problem == "regression":
            raise FramingError("A regression predicts numbers; it has no class probabilities.")
        return np.asarray(self.model.predict_proba(self.features_of(source)))

    @property
    def encoder(self) -> Any:
        """The step that turns columns into numbers."""
        return self.steps[0]

    def answers(self, table: Any) -> dict[str, Any]:
        """Columns that a prediction adds: `prediction`, and one `probability_CLASS` a class."""
        return self.answers_of(self.encoder.transform(read_table(table, schema=self.wanted)))

    def answers_of(self, encoded: NDArray[np.float64]) -> dict[str, Any]:
        """The same from rows as the encoder leaves them, n×D."""
        X: Any = encoded
        for step in self.steps[1:]:
            X = step.transform(X)
        X = np.asarray(X, dtype=np.float64)
        if self.framing.problem == "regression":
            return {"prediction": np.asarray(self.model.predict(X))}
        p = np.asarray(self.model.predict_proba(X))
        if self.framing.problem == "overlapping classes":
            chosen = np.asarray(self.model.predict(X)) > 0
            joined = np.array([self._joined(row) for row in chosen], dtype=object)
            columns: dict[str, Any] = {"prediction": joined}
        else:
            columns = {"prediction": [str(c) for c in self.decide(p)]}
        classes = getattr(self.model, "classes_", self.framing.classes)
        names = self.framing.classes if np.ndim(classes) != 1 else [str(c) for c in classes]
        return columns | {f"probability_{name}": p[:, i] for i, name in enumerate(names)}

    def explain(self) -> Explanation:
        """The problem, the figures of the fit, and the model's own explanation."""
        return Explanation(
            name=f"Predicting {self.framing.target}",
            problem=str(self.framing),
            happened=facts_of(self.evidence),
            notes="§1.0.5, §1.0.7",
            parts=(self.model.explain(),),
        )
