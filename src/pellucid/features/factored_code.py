"""`FactoredCode`: a compound category taken apart, each part coded by itself.

Notes: Def 201, §5.3.1.5
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from pellucid.data.class_codes import from_one_hot, from_one_hot_sparse, one_hot, one_hot_sparse
from pellucid.data.compound_categories import guess_delimiter, split_levels
from pellucid.data.distinct_values import Classes, factorize, label
from pellucid.data.table import MISSING
from pellucid.errors import CodeWarning, HyperparameterError, TableError
from pellucid.explanation import Explanation, Formula
from pellucid.features.categories import (
    MISSING_POLICY,
    SPARSE_OUTPUT,
    UNSEEN_POLICY,
    DiscreteColumn,
    abbreviated_levels,
)
from pellucid.features.class_code import ClassCode, Floats
from pellucid.hyperparameters import Hyperparameter

Splitter = Callable[[Any], Any]

SPLITTER = Hyperparameter(
    "splitter",
    None,
    "any",
    "Takes a category, gives its parts: a tuple, always as long. None divides at the delimiter.",
    optional=True,
    accepts=callable,
    described="a function, or None",
)
DELIMITER = Hyperparameter(
    "delimiter",
    None,
    "str",
    "What separates the parts of a category; None guesses one that divides every category.",
    optional=True,
    accepts=bool,
    described="a text, or None",
)


class FactoredCode(ClassCode):
    """Factored code: a compound category becomes several simpler ones, each one-hot.

    A part that is True or False becomes one entry. A new combination of known parts has its code
    like any other.

    Parameters
    ----------
    {hyperparameters}

    Attributes
    ----------
    delimiters_ : list of str or None
        What divides the categories of each column; None where nothing does, or a splitter does.
    factors_ : list of int
        Number of parts of each column.
    categories_ : list of ndarray
        Values of each part, column by column.
    means_ : list of ndarray
        Training mean of each part's code, where a policy is "mean".
    n_features_in_ : int
        d.
    warnings_ : list of str
        Caveats of the fit.

    Examples
    --------
    >>> cars = [["Nissan Altima"], ["Ford Focus"], ["Nissan Leaf"]]
    >>> FactoredCode().fit(cars).get_feature_names_out()[:2]
    array(['x0, part 1=Ford', 'x0, part 1=Nissan'], dtype=object)
    >>> blood = FactoredCode(splitter=lambda b: ("A" in b, "B" in b, b.endswith("+")))
    >>> blood.fit([["AB-"], ["O+"]]).transform([["AB-"], ["A-"]])
    array([[1., 1., 0.],
           [1., 0., 0.]])

    Notes: Def 201, eq 5.24, eq 5.25
    """

    hyperparameters: ClassVar = (
        SPLITTER, DELIMITER, UNSEEN_POLICY, MISSING_POLICY, SPARSE_OUTPUT
    )  # fmt: skip
    delimiters_: list[str | None]
    factors_: list[int]

    def __init__(
        self,
        splitter: Splitter | None = SPLITTER.default,
        *,
        delimiter: str | None = DELIMITER.default,
        unseen: str = UNSEEN_POLICY.default,
        missing: str = MISSING_POLICY.default,
        sparse_output: bool = SPARSE_OUTPUT.default,
    ) -> None:
        self.splitter = splitter
        self.delimiter = delimiter
        self.unseen = unseen
        self.missing = missing
        self.sparse_output = sparse_output

    def _parts(self, X: Any, *, fitting: bool) -> list[DiscreteColumn]:
        if fitting and self.splitter is not None and self.delimiter is not None:
            raise HyperparameterError("FactoredCode: give a splitter or a delimiter, not both.")
        columns = super()._parts(X, fitting=fitting)
        if fitting:
            self.delimiters_ = [self._delimiter(column) for column in columns]
            self.factors_ = []
        found = []
        for at, column in enumerate(columns):
            each = self._split(column, at, fitting)
            if fitting:
                self.factors_.append(len(each))
            found += each
        return found

    def _delimiter(self, column: DiscreteColumn) -> str | None:
        if self.splitter is not None:
            return None
        levels = [label(value) for value in column.distinct]
        found = self.delimiter or (guess_delimiter(levels) if levels else None)
        if found is None or not any(found in level for level in levels):
            what = "no delimiter divides" if found is None else f"{found!r} does not divide"
            self.warn(
                f"{what} the categories of {column.name!r} "
                f"({abbreviated_levels(column.distinct)}): "
                "they stay whole. Give a splitter or another delimiter.",
                CodeWarning,
            )
            return None
        return found

    def _split(self, column: DiscreteColumn, at: int, fitting: bool) -> list[DiscreteColumn]:
        """The parts of one column, each a column of its own."""
        tuples = self._tuples(column, at, fitting)
        count = max(map(len, tuples), default=1) if fitting else self.factors_[at]
        parts = []
        for i in range(count):
            values = [each[i] if len(each) > i else None for each in tuples]
            name = column.name if count == 1 else f"{column.name}, part {i + 1}"
            distinct, places = factorize(name, values)
            rows = np.append(places, MISSING)[column.places].astype(np.int32)
            parts.append(DiscreteColumn(name, distinct, rows))
        return parts

    def _tuples(self, column: DiscreteColumn, at: int, fitting: bool) -> list[tuple[Any, ...]]:
        if self.splitter is not None:
            return self._by_splitter(self.splitter, column, None if fitting else self.factors_[at])
        delimiter = self.delimiters_[at]
        if delimiter is None:
            return [(value,) for value in column.distinct]
        levels = [label(value) for value in column.distinct]
        if not fitting:
            return split_levels(levels, delimiter, self.factors_[at])
        found = split_levels(levels, delimiter)
        # Where some lack the delimiter, those have a first part only.
        return found if max(map(len, found)) > 1 else split_levels(levels, delimiter, 2)

    def _by_splitter(
        self, splitter: Splitter, column: DiscreteColumn, count: int | None
    ) -> list[tuple[Any, ...]]:
        found = []
        for value in column.distinct:
            try:
                parts = splitter(value)
            except Exception as error:
                raise TableError(
                    f"The splitter fails on {value!r} of column {column.name!r}: "
                    f"{type(error).__name__}: {error}"
                ) from error
            parts = (parts,) if isinstance(parts, str) or not hasattr(parts, "__len__") else parts
            count = len(parts) if count is None else count
            if len(parts) != count or count == 0:
                raise TableError(
                    f"The splitter gives {len(parts)} part(s) for {value!r} of column "
                    f"{column.name!r}, where {max(count, 1)} are needed: every category has as "
                    "many."
                )
            found.append(tuple(parts))
        return found

    def _is_yes_or_no(self, at: int) -> bool:
        return bool(self.categories_[at].dtype == bool)

    def _encode(self, c: Classes, k: int, at: int) -> Floats:
        if not self._is_yes_or_no(at):
            return one_hot(c, k)
        return np.append(self.categories_[at].astype(np.float64), 0.0)[np.maximum(c, -1)][:, None]

    def _encode_sparse(self, c: Classes, k: int, at: int) -> sp.csr_array:
        if self._is_yes_or_no(at):
            return sp.csr_array(self._encode(c, k, at))
        return one_hot_sparse(c, k)

    def _decode(self, rows: Any, k: int, at: int) -> Classes:
        if not self._is_yes_or_no(at):
            sparse = isinstance(rows, sp.csr_array)
            return from_one_hot_sparse(rows) if sparse else from_one_hot(rows)
        dense = rows.toarray() if isinstance(rows, sp.csr_array) else rows
        place = {value: i for i, value in enumerate(self.categories_[at].tolist())}
        return np.array([place.get(bool(v), -2) for v in dense[:, 0]], dtype=np.int32)

    def _entries(self, name: str, levels: NDArray[Any]) -> list[str]:
        return [name] if levels.dtype == bool else [f"{name}={label(v)}" for v in levels.tolist()]

    def _input_names(self, input_features: Any) -> list[str]:
        return [
            name if count == 1 else f"{name}, part {i + 1}"
            for name, count in zip(super()._input_names(input_features), self.factors_, strict=True)
            for i in range(count)
        ]

    def inverse_transform(self, X: Any) -> NDArray[Any]:
        """The categories, their parts put together with the delimiter; with a splitter, the parts.

        Parameters
        ----------
        X : array or sparse array, shape (n, D)

        Returns
        -------
        ndarray, shape (n, d), or (n, number of parts) where a splitter took them apart

        Notes: Def 201
        """
        parts = super().inverse_transform(X)
        columns, at = [], 0
        for delimiter, count in zip(self.delimiters_, self.factors_, strict=True):
            block = parts[:, at : at + count]
            at += count
            columns.append(block if delimiter is None else _joined(block, delimiter))
        return np.concatenate(columns, axis=1)

    def _explanation(self) -> Explanation:
        how = [
            f"at {delimiter!r}" if delimiter else "by the splitter" if self.splitter else "not"
            for delimiter in self.delimiters_
        ]
        return Explanation(
            name="FactoredCode",
            problem="Take a compound category apart, so that what its parts share can be learned.",
            hypothesis=Formula(
                "φ(x) = [code of part 1; code of part 2; …]",
                r"\varphi(x) = \begin{bmatrix} \varphi_1(x) \\ \varphi_2(x) \end{bmatrix}",
                "φ(x): (k₁ + k₂ + …)×1 for parts of k₁, k₂, … values",
                "Def 201",
            ),
            algorithm=f"Divided {', '.join(how[:10])}; each part one-hot, a yes-or-no part as one "
            "entry.",
            happened=self._happened(),
            warnings=tuple(self.warnings_),
            notes="Def 201, §5.3.1.5",
        )


def _joined(block: NDArray[Any], delimiter: str) -> NDArray[Any]:
    texts = [None if None in row else delimiter.join(map(label, row)) for row in block.tolist()]
    return np.array(texts, dtype=object)[:, None]
