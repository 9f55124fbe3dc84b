"""What a pass over all rows says of the answers: how many, for learning and for test, and which.

Notes: KE 35, §1.1
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pellucid.data import scaling
from pellucid.data.framing import Framing
from pellucid.data.scaling import Spread, spread
from pellucid.errors import TooFewRowsError
from pellucid.jobs.on_blocks.training_rows import JobRows


@dataclass(frozen=True)
class TargetCounts:
    """Of some rows; `added` to those of others.

    Parameters
    ----------
    train, test : int
        Rows that have a target.
    labels : Counter
        Training rows of each class.
    amounts : Spread or None
        Of the training rows' targets in a regression.
    lowest : float
        The smallest of them.
    whole : bool
        Whether all of them are whole numbers.
    """

    train: int
    test: int
    labels: Counter[str] = field(default_factory=Counter)
    amounts: Spread | None = None
    lowest: float = float("inf")
    whole: bool = True

    @classmethod
    def of(cls, rows: JobRows) -> TargetCounts:
        """Those of a tile's rows."""
        y = rows.targets[~rows.test]
        train, test = len(y), int(rows.test.sum())
        if y.ndim == 2:
            return cls(train, test)
        if y.dtype.kind != "f":
            labels, counts = np.unique(y, return_counts=True)
            told = zip(map(str, labels), counts.tolist(), strict=True)
            return cls(train, test, Counter(dict(told)))
        found = spread(y[:, None], np.ones(train))
        lowest = float(y.min()) if train else float("inf")
        return cls(train, test, Counter(), found, lowest, bool((y == np.round(y)).all()))

    def added(self, other: TargetCounts) -> TargetCounts:
        """Those of both runs of rows."""
        amounts = self.amounts
        if amounts is not None and other.amounts is not None:
            amounts = scaling.merge_spreads(amounts, other.amounts)
        return TargetCounts(
            self.train + other.train,
            self.test + other.test,
            self.labels + other.labels,
            amounts,
            min(self.lowest, other.lowest),
            self.whole and other.whole,
        )

    @property
    def are_counts(self) -> bool:
        """Whether the targets are whole numbers from 0 on."""
        return self.whole and self.lowest >= 0

    def refuse_few(self, folds: int) -> None:
        """Refuse too few rows to learn from.

        Raises
        ------
        TooFewRowsError
        """
        if self.train < folds or not self.test:
            raise TooFewRowsError(
                f"{self.train:,} training rows and {self.test:,} test rows do not make {folds} "
                "chunks and a test: gather more rows."
            )

    def baseline(self, framing: Framing, of_sample: Any) -> Any:
        """The model that always gives the mean, or the shares of the classes.

        Parameters
        ----------
        framing : Framing
        of_sample : model
            The baseline of the sample, taken for overlapping classes.

        Notes: §1.4
        """
        from pellucid.linear.majority_baseline import MajorityBaseline
        from pellucid.linear.mean_baseline import MeanBaseline

        if self.amounts is not None:
            return MeanBaseline().fit(np.zeros((1, 1)), self.amounts.mean)
        if framing.problem == "overlapping classes":
            return of_sample
        labels = sorted(self.labels)
        counts = np.array([self.labels[label] for label in labels], dtype=np.float64)
        return MajorityBaseline().fit(
            np.zeros((len(labels), 1)), np.array(labels), sample_weight=counts
        )
