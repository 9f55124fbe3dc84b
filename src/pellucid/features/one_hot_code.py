"""`OneHotCode`: an entry for each category, with a single 1.

Notes: Def 197, §5.3.1.3, Concept 198, Clar 199
"""

from __future__ import annotations

from typing import Any, ClassVar

import scipy.sparse as sp
from numpy.typing import NDArray

from pellucid.data.class_codes import (
    from_one_hot,
    from_one_hot_sparse,
    one_hot,
    one_hot_sparse,
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


class OneHotCode(ClassCode):
    """One-hot code: each category an entry, 1 where the row is of it. It implies no order.

    Parameters
    ----------
    {hyperparameters}

    Attributes
    ----------
    categories_ : list of ndarray
        Categories of each column, in the order of their entries.
    means_ : list of ndarray
        Training mean of each column's code, where a policy is "mean".
    n_features_in_ : int
        d.
    warnings_ : list of str
        Caveats of the fit.

    Examples
    --------
    >>> pieces = [["table"], ["bed"], ["couch"], ["chair"]]
    >>> OneHotCode(categories=[["table", "bed", "couch", "chair"]]).fit_transform(pieces)[-1]
    array([0., 0., 0., 1.])

    Notes: Def 197, eq 5.18, eq 5.19
    """

    hyperparameters: ClassVar = (
        CATEGORIES, UNSEEN_POLICY, MISSING_POLICY, ORIENTATION, SPARSE_OUTPUT
    )  # fmt: skip

    def __init__(
        self,
        categories: Any = CATEGORIES.default,
        *,
        unseen: str = UNSEEN_POLICY.default,
        missing: str = MISSING_POLICY.default,
        orientation: str = ORIENTATION.default,
        sparse_output: bool = SPARSE_OUTPUT.default,
    ) -> None:
        self.categories = categories
        self.unseen = unseen
        self.missing = missing
        self.orientation = orientation
        self.sparse_output = sparse_output

    def _encode(self, c: Classes, k: int, at: int) -> Floats:
        return one_hot(c, k)

    def _encode_sparse(self, c: Classes, k: int, at: int) -> sp.csr_array:
        return one_hot_sparse(c, k)

    def _decode(self, rows: Any, k: int, at: int) -> Classes:
        return from_one_hot_sparse(rows) if isinstance(rows, sp.csr_array) else from_one_hot(rows)

    def _entries(self, name: str, levels: NDArray[Any]) -> list[str]:
        return [f"{name}={label(level)}" for level in levels.tolist()]

    def _reason_without_code(self) -> str:
        return " One entry is 1 and the others 0: no point is in two classes at once."

    def _explanation(self) -> Explanation:
        return Explanation(
            name="OneHotCode",
            problem="Turn categories without an order into numbers that imply none.",
            hypothesis=Formula(
                "φ(x)ⱼ = 1 if x is of category j, else 0",
                r"\varphi(x)_j = \mathbb{1}(\mathrm{Class}(x) = j)",
                "φ(x): k×1 for a column of k categories",
                "Def 197",
            ),
            algorithm=f"Entries stand {self.orientation}; a linear model does not mind their "
            "order. They sum to 1, which repeats an offset: without a penalty leave one out.",
            happened=self._happened(),
            warnings=tuple(self.warnings_),
            notes="Def 197, §5.3.1.3, Concept 198, Clar 199",
        )
