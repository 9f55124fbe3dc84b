"""`NumericCode`: ordered categories as numbers, evenly spaced or as you say.

Notes: Def 194, §5.3.1.1, Concept 195
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from pellucid.data.class_codes import evenly_spaced, from_numeric, numeric
from pellucid.data.distinct_values import Classes, label
from pellucid.errors import HyperparameterError
from pellucid.explanation import Explanation, Formula
from pellucid.features.categories import CATEGORIES, MISSING_POLICY, UNSEEN_POLICY
from pellucid.features.class_code import ClassCode, Floats
from pellucid.hyperparameters import Hyperparameter

POLICIES = ("error", "mean", "nan", "own column")
NUMERIC_UNSEEN = replace(
    UNSEEN_POLICY,
    meaning="A category that is not among them: refused; the training mean of the numbers, with a "
    "warning; NaN, with a warning; or the mean and an entry of its own.",
    choices=POLICIES,
)
NUMERIC_MISSING = replace(MISSING_POLICY, choices=POLICIES)


def _is_spacing(value: Any) -> bool:
    return isinstance(value, Sequence) and all(
        isinstance(each, Sequence | np.ndarray) and not isinstance(each, str) for each in value
    )


SPACING = Hyperparameter(
    "spacing",
    "even",
    "any",
    "The number of each category: 'even' is i/k for the i-th of k.",
    choices=("even",),
    accepts=_is_spacing,
    described="'even', or a list with a list of numbers for each column",
)


class NumericCode(ClassCode):
    """Numeric code: each category one number. It says that distances between them mean something.

    For categories that are nearly numbers. Where only their order means something, a thermometer
    does not invent distances. Numbers are in order; the order of text is given, or shown by its
    names (low, mid, high), and refused otherwise.

    Parameters
    ----------
    {hyperparameters}

    Attributes
    ----------
    categories_ : list of ndarray
        Categories of each column, in order.
    spacing_ : list of ndarray
        Their numbers.
    means_ : list of ndarray
        Training mean of each column's numbers, where a policy needs it.
    n_features_in_ : int
        d.
    warnings_ : list of str
        Caveats of the fit.

    Examples
    --------
    >>> poll = [["disagree"], ["agree"], ["neutral"]]
    >>> NumericCode(spacing=[[-1, 0, 1]]).fit_transform(poll).ravel()
    array([-1.,  1.,  0.])

    Notes: Def 194, eq 5.15
    """

    hyperparameters: ClassVar = (CATEGORIES, SPACING, NUMERIC_UNSEEN, NUMERIC_MISSING)
    ordered = True
    zero_is_a_class = True
    spacing_: list[Floats]

    def __init__(
        self,
        categories: Any = CATEGORIES.default,
        *,
        spacing: Any = SPACING.default,
        unseen: str = NUMERIC_UNSEEN.default,
        missing: str = NUMERIC_MISSING.default,
    ) -> None:
        self.categories = categories
        self.spacing = spacing
        self.unseen = unseen
        self.missing = missing

    def _numbers(self, at: int, name: str, k: int) -> Floats:
        """The numbers of the categories of one column, checked."""
        if isinstance(self.spacing, str):
            return evenly_spaced(k)
        if at >= len(self.spacing):
            raise HyperparameterError(
                f"NumericCode: spacing has {len(self.spacing)} list(s); there are more columns."
            )
        try:
            given = np.asarray(self.spacing[at], dtype=np.float64)
        except (TypeError, ValueError):
            given = np.array([np.nan])
        if given.shape != (k,) or not np.isfinite(given).all():
            raise HyperparameterError(
                f"NumericCode: spacing of {name!r} must be {k} finite numbers, one a category; got "
                f"{self.spacing[at]!r}."
            )
        return given

    def _begin(self, at: int, name: str, levels: NDArray[Any]) -> None:
        self.spacing_ = [] if at == 0 else self.spacing_
        self.spacing_.append(self._numbers(at, name, len(levels)))

    def _encode(self, c: Classes, k: int, at: int) -> Floats:
        return numeric(c, self.spacing_[at])

    def _decode(self, rows: Floats, k: int, at: int) -> Classes:
        found = from_numeric(np.nan_to_num(rows), self.spacing_[at])
        return np.where(np.isnan(rows[:, 0]), -1, found).astype(np.int32)

    def _entries(self, name: str, levels: NDArray[Any]) -> list[str]:
        return [name]

    def _explanation(self) -> Explanation:
        spaced = [
            f"{label(level)} = {value:g}"
            for level, value in zip(
                self.categories_[0][:8].tolist(), self.spacing_[0], strict=False
            )
        ]
        return Explanation(
            name="NumericCode",
            problem="Turn categories that are nearly numbers into numbers.",
            hypothesis=Formula(
                "φ(x) = i/k for class i of k, or a number of your own",
                r"\varphi(x) = \frac{i}{k}",
                "φ(x): 1×1 for a column",
                "Def 194, eq 5.15",
            ),
            algorithm="One weight for all classes: a step between neighbours is as much as their "
            f"numbers say ({self.names_[0]}: {', '.join(spaced)}). If only the order means "
            "something, this invents a scale; a thermometer does not.",
            happened=self._happened(),
            warnings=tuple(self.warnings_),
            notes="Def 194, §5.3.1.1, Concept 195",
        )
