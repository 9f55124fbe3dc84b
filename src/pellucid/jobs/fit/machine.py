"""The machine: a framed problem and its fitted solution, as one thing that predicts from tables.

Notes: §1.0.5, §1.0.7, Def 6
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.framing import Framing
from pellucid.data.table import Table
from pellucid.data.table_reader import read_table
from pellucid.errors import FramingError
from pellucid.evaluation.conformal_intervals import interval
from pellucid.evaluation.training_ranges import extrapolation_warnings
from pellucid.explanation import Explanation
from pellucid.former_names import renamed
from pellucid.jobs.machine_parts import columns_wanted, facts_of

MISSING = "(none)"


@renamed(known="training_facts", lowest="lower_bound", wanted="input_schema")
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
    training_facts : dict
        "ranges" of the training rows, and for a regression "intervals": what
        `extrapolation_warnings` and `intervals` rest on; empty in files of earlier versions.
    lower_bound : float or None
        Of a regression: no prediction lies below it (0 for counts).
    class_weights : list of float or None
        Several classes: the one of the largest probability × weight is said; None weighs them
        alike.

    Notes: §1.0.7, Def 19
    """

    framing: Framing
    schema: list[dict[str, Any]]
    steps: tuple[Any, ...]
    model: Any
    threshold: float | None
    evidence: dict[str, Any]
    training_facts: dict[str, Any] = field(default_factory=dict)
    lower_bound: float | None = None
    class_weights: list[float] | None = None

    @property
    def input_schema(self) -> list[dict[str, Any]]:
        """Columns that a table must have to be predicted from."""
        return columns_wanted(self.schema, self.framing.features)

    def features_of(self, source: Any) -> Any:
        """The encoded rows φ(x) of a table or of anything `read_table` reads.

        An array n×D; for models that take whole columns, a Table of amounts and categories.

        Raises
        ------
        ColumnError
            When a column of training is absent.
        """
        return self._after_encoder(
            self.encoder.transform(read_table(source, schema=self.input_schema))
        )

    def _after_encoder(self, encoded: Any) -> Any:
        X: Any = encoded
        for step in self.steps[1:]:
            X = step.transform(X)
        return X if isinstance(X, Table) else np.asarray(X, dtype=np.float64)

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
            return self.amounts(X)
        return self.decide(np.asarray(self.model.predict_proba(X)))

    def amounts(self, X: Any) -> NDArray[np.float64]:
        """Answers of a regression to encoded rows, none below `lowest`."""
        found = np.asarray(self.model.predict(X), dtype=np.float64)
        return found if self.lower_bound is None else np.maximum(found, self.lower_bound)

    def decide(self, probabilities: NDArray[np.float64]) -> NDArray[Any]:
        """Class labels from probabilities, n×k, with the machine's threshold or weights.

        Notes: KE 152, Def 175
        """
        labels = np.asarray(self.model.classes_)
        if len(labels) == 2:
            cut = 0.5 if self.threshold is None else self.threshold
            return np.asarray(labels[(probabilities[:, 1] > cut).astype(np.intp)])
        weights = 1.0 if self.class_weights is None else np.asarray(self.class_weights)
        return np.asarray(labels[(probabilities * weights).argmax(axis=1)])

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

    def scores(self, table: Any) -> NDArray[np.float64]:
        """What the model says before it decides: numbers (n,), or probabilities, (n, k).

        Of two classes only the probability of the second, (n,).
        """
        return self.model_scores(self.features_of(table))

    def model_scores(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """The same, of rows that are encoded already."""
        if self.framing.problem == "regression":
            return np.asarray(self.model.predict(X), dtype=np.float64)
        p = np.asarray(self.model.predict_proba(X), dtype=np.float64)
        return p[:, 1] if self.framing.problem == "two classes" and p.shape[1] == 2 else p

    def intervals(
        self, source: Any, level: float = 0.9
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Ends of the interval in which so many of the targets lie.

        Parameters
        ----------
        source : Table, path, data frame or array
            As in `predict`.
        level : float
            Share of targets inside, strictly between 0 and 1.

        Returns
        -------
        low, high : ndarray, shape (n,)

        Raises
        ------
        FramingError
            For classes, for a level that is no share, or a model of an earlier version.
        TooFewRowsError
            When too few rows were held out in training for that level.

        Notes: KE 35
        """
        if self.framing.problem != "regression":
            raise FramingError("Classes have no intervals; their probabilities say how sure it is.")
        if "intervals" not in self.training_facts:
            raise FramingError("This model was fitted without intervals; fit it again.")
        return interval(self.training_facts["intervals"], self.predict(source), level)

    def cautions(self, source: Any) -> list[str]:
        """For each row, what about it training gave no example of; "" where nothing.

        Notes: Def 12
        """
        table = read_table(source, schema=self.input_schema)
        if "ranges" not in self.training_facts:
            return [""] * len(table)
        return extrapolation_warnings(self.training_facts["ranges"], table)

    @property
    def encoder(self) -> Any:
        """The step that turns columns into numbers."""
        return self.steps[0]

    def answers(self, table: Any) -> dict[str, Any]:
        """Columns that a prediction adds.

        `prediction`, one `probability_CLASS` a class, and `caution` where the machine knows the
        ranges of training: empty for a row like those.
        """
        read = read_table(table, schema=self.input_schema)
        told = {"caution": self.cautions(read)} if "ranges" in self.training_facts else {}
        return self.answers_of(self.encoder.transform(read)) | told

    def answers_of(self, encoded: Any) -> dict[str, Any]:
        """Predictions and probabilities from rows as the encoder leaves them.

        These are an array n×D, or a Table where the model takes whole columns.
        """
        X = self._after_encoder(encoded)
        if self.framing.problem == "regression":
            return {"prediction": self.amounts(X)}
        p = np.asarray(self.model.predict_proba(X))
        if self.framing.problem == "overlapping classes":
            chosen = np.asarray(self.model.predict(X)) > 0
            joined = np.array([self._joined(row) for row in chosen], dtype=object)
            columns: dict[str, Any] = {"prediction": joined}
        else:
            columns = {"prediction": np.asarray(self.decide(p)).astype(str).tolist()}
        # Of overlapping classes the model knows the places alone.
        overlapping = self.framing.problem == "overlapping classes"
        classes = self.framing.classes if overlapping else self.model.classes_
        names = [str(c) for c in classes]
        return columns | {f"probability_{name}": p[:, i] for i, name in enumerate(names)}

    def _repr_html_(self) -> str:
        from pellucid.notebook_card import card

        told = f"{self.framing.problem} from {len(self.framing.features)} columns"
        return card(
            f"Predicting {self.framing.target}",
            (told,),
            ("of the fit", ""),
            facts_of(self.evidence),
        )

    def explain(self) -> Explanation:
        """The problem, the figures of the fit, and the model's own explanation."""
        return Explanation(
            name=f"Predicting {self.framing.target}",
            problem=str(self.framing),
            happened=facts_of(self.evidence),
            notes="§1.0.5, §1.0.7",
            parts=(self.model.explain(),),
        )
