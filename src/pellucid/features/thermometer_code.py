"""`ThermometerCode`: ordered categories as steps, each reached or not.

Notes: Def 196, §5.3.1.2, Concept 195, Concept 200
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from pellucid.data.class_codes import (
    from_thermometer,
    from_thermometer_sparse,
    thermometer,
    thermometer_sparse,
)
from pellucid.data.distinct_values import Classes, label
from pellucid.explanation import Explanation, Formula
from pellucid.features.categories import (
    CATEGORIES,
    MISSING_POLICY,
    ORIENTATION,
    SPARSE_OUTPUT,
    UNSEEN_POLICY,
)
from pellucid.features.class_code import ClassCode, Floats
from pellucid.hyperparameters import Hyperparameter

INCLUDE_CONSTANT = Hyperparameter(
    "include_constant",
    True,
    "bool",
    "Whether the entry Class ≥ 1 is there, which is always 1; leave it out when the model has an "
    "offset.",
)


class ThermometerCode(ClassCode):
    """Thermometer code: entry j says whether the category is the j-th or a higher one.

    For ordered categories between which distances mean nothing: each step gets a weight of its
    own. Numbers are in order; the order of text is given, or shown by its names (low, mid, high;
    Monday … Sunday), and refused otherwise.

    Parameters
    ----------
    {hyperparameters}

    Attributes
    ----------
    categories_ : list of ndarray
        Categories of each column, from low to high.
    means_ : list of ndarray
        Training mean of each column's code, where a policy is "mean".
    n_features_in_ : int
        d.
    warnings_ : list of str
        Caveats of the fit.

    Examples
    --------
    >>> ThermometerCode().fit_transform([["low"], ["high"], ["mid"]])
    array([[1., 0., 0.],
           [1., 1., 1.],
           [1., 1., 0.]])

    Notes: Def 196, eq 5.16
    """

    hyperparameters: ClassVar = (
        CATEGORIES, INCLUDE_CONSTANT, UNSEEN_POLICY, MISSING_POLICY, ORIENTATION, SPARSE_OUTPUT
    )  # fmt: skip
    ordered = True

    def __init__(
        self,
        categories: Any = CATEGORIES.default,
        *,
        include_constant: bool = INCLUDE_CONSTANT.default,
        unseen: str = UNSEEN_POLICY.default,
        missing: str = MISSING_POLICY.default,
        orientation: str = ORIENTATION.default,
        sparse_output: bool = SPARSE_OUTPUT.default,
    ) -> None:
        self.categories = categories
        self.include_constant = include_constant
        self.unseen = unseen
        self.missing = missing
        self.orientation = orientation
        self.sparse_output = sparse_output

    def _encode(self, c: Classes, k: int, at: int) -> Floats:
        return thermometer(c, k)[:, self._first :]

    def _encode_sparse(self, c: Classes, k: int, at: int) -> sp.csr_array:
        if self.include_constant:
            return thermometer_sparse(c, k)
        return thermometer_sparse((c - 1).astype(np.int32), max(k - 1, 0))

    @property
    def _first(self) -> int:
        return 0 if self.include_constant else 1

    def _decode(self, rows: Any, k: int, at: int) -> Classes:
        count = (
            from_thermometer_sparse(rows)
            if isinstance(rows, sp.csr_array)
            else from_thermometer(rows)
        )
        return np.where(count == -2, -2, count + self._first).astype(np.int32)

    def _entries(self, name: str, levels: NDArray[Any]) -> list[str]:
        return [f"{name}≥{label(level)}" for level in levels.tolist()[self._first :]]

    def _zeros_may_be(self) -> bool:
        return super()._zeros_may_be() or not self.include_constant

    def _explanation(self) -> Explanation:
        first = "" if self.include_constant else " Class ≥ 1, always 1, is left to the offset."
        return Explanation(
            name="ThermometerCode",
            problem="Turn ordered categories into numbers without inventing distances.",
            hypothesis=Formula(
                "φ(x)ⱼ = 1 if Class(x) ≥ j, else 0",
                r"\varphi(x)_j = \mathbb{1}(\mathrm{Class}(x) \ge j)",
                "φ(x): k×1 for a column of k categories",
                "Def 196",
            ),
            algorithm=f"Class i has i ones, {self.orientation}: the count tells the class, wherever"
            f" the ones stand.{first}",
            happened=self._happened(),
            warnings=tuple(self.warnings_),
            notes="Def 196, §5.3.1.2, Concept 195, Concept 200",
        )
