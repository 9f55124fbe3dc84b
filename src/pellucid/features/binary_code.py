"""`BinaryCode`: the number of a category in base 2. It is here to show why not.

Notes: Concept 202, §5.3.1.6
"""

from __future__ import annotations

from typing import Any, ClassVar

from numpy.typing import NDArray

from pellucid.data.class_codes import (
    binary,
    cost_of_binary,
    digits_of,
    followed_by_binary,
    from_binary,
)
from pellucid.data.distinct_values import Classes
from pellucid.errors import CodeWarning
from pellucid.explanation import Explanation, Formula
from pellucid.features.categories import CATEGORIES, MISSING_POLICY, UNSEEN_POLICY
from pellucid.features.class_code import ClassCode, Floats


class BinaryCode(ClassCode):
    """Binary code: class i as i in base 2, most significant digit first. It warns when fitted.

    Few columns, dearly bought: a linear model can follow only the differences between classes that
    their digits share. `fit` measures how many, and says so.

    Parameters
    ----------
    {hyperparameters}

    Attributes
    ----------
    categories_ : list of ndarray
        Categories of each column; the i-th is the number i.
    followed_ : list of float
        Of the differences between the classes of each column, the share that a linear model on
        the code can follow; one-hot code: 1.
    means_ : list of ndarray
        Training mean of each column's code, where a policy is "mean".
    n_features_in_ : int
        d.
    warnings_ : list of str
        Caveats of the fit.

    Examples
    --------
    >>> import warnings
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore")
    ...     code = BinaryCode().fit([[1], [2], [3], [4], [5], [6]])
    >>> code.transform([[6]]), code.followed_
    (array([[1., 1., 0.]]), [0.6])

    Notes: Concept 202, eq 5.26
    """

    hyperparameters: ClassVar = (CATEGORIES, UNSEEN_POLICY, MISSING_POLICY)
    followed_: list[float]

    def __init__(
        self,
        categories: Any = CATEGORIES.default,
        *,
        unseen: str = UNSEEN_POLICY.default,
        missing: str = MISSING_POLICY.default,
    ) -> None:
        self.categories = categories
        self.unseen = unseen
        self.missing = missing

    def _encode(self, c: Classes, k: int, at: int) -> Floats:
        return binary(c, k)

    def _decode(self, rows: Floats, k: int, at: int) -> Classes:
        return from_binary(rows, k)

    def _entries(self, name: str, levels: NDArray[Any]) -> list[str]:
        return [f"{name}: {2**d}s digit" for d in reversed(range(digits_of(len(levels))))]

    def _after_fit(self) -> None:
        self.followed_ = []
        for name, levels in zip(self.names_, self.categories_, strict=True):
            self.followed_.append(followed_by_binary(len(levels)))
            if len(levels) > 2:
                self.warn(cost_of_binary(name, len(levels)), CodeWarning)

    def _explanation(self) -> Explanation:
        shares = list(zip(self.names_, self.followed_, strict=True))[:20]
        followed = tuple(
            (f"differences of {name} that a linear model follows", f"{share:.0%}")
            for name, share in shares
        )
        return Explanation(
            name="BinaryCode",
            problem="Write categories with few entries; what this costs is measured below.",
            hypothesis=Formula(
                "φ(x) = the digits of Class(x) in base 2",
                r"\mathrm{Class}(x) = \sum_j \varphi(x)_j \, 2^{\,m-j}",
                "φ(x): m×1 with m = ⌊log₂ k⌋ + 1",
                "Concept 202",
            ),
            algorithm="Classes that share a digit share its weight, whether or not they are alike: "
            "a model has to learn to decode before it can learn the task.",
            happened=(*self._happened(), *followed),
            warnings=tuple(self.warnings_),
            notes="Concept 202, §5.3.1.6, eq 5.26",
        )
