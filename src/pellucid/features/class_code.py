"""What the codes of discrete columns share: categories, their order, and what is unseen or missing.

Notes: Concept 192, Clar 193, §5.3.1
"""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.base import TransformerMixin
from sklearn.utils.validation import _check_feature_names_in, check_array, check_is_fitted

from pellucid.data.distinct_values import Classes, factorize, match_levels, natural_order
from pellucid.data.encoded_names import distinct_names
from pellucid.data.table import MISSING, UNSEEN
from pellucid.errors import CodeWarning, TableError, UnseenCategoryWarning
from pellucid.features.categories import (
    DiscreteColumn,
    abbreviated_levels,
    given_categories,
    levels_of,
)
from pellucid.features.columns import columns_of, stated_order
from pellucid.former_names import renamed
from pellucid.glass_box import GlassBox

Floats = NDArray[np.float64]
MOST_BYTES = 2**32  # of a dense result; beyond it the sparse one is asked for


@renamed(book="code_table")
class ClassCode(TransformerMixin, GlassBox):  # type: ignore[misc]
    """Abstract: a code of discrete columns, each column on its own.

    A final class gives the mathematics: `_encode`, `_decode` and `_entries`.

    Notes: Concept 192, Clar 193
    """

    ordered: ClassVar[bool] = False  # whether the code says that classes have an order
    zero_is_a_class: ClassVar[bool] = False  # whether a row of zeros would say something

    categories: Any = "auto"
    unseen: str = "error"
    missing: str = "error"
    orientation: str = "first category first"
    sparse_output: bool = False

    categories_: list[NDArray[Any]]
    means_: list[Floats]
    names_: list[str]
    n_features_in_: int

    @property
    def _own(self) -> str:
        """The further policy under which an unknown value stands at the mean."""
        return "own column" if self.zero_is_a_class else "mean"

    def _encode(self, c: Classes, k: int, at: int) -> Floats:
        """Rows of classes of column `at`, n×m, first category first; below 0 is zeros."""
        raise NotImplementedError

    def _encode_sparse(self, c: Classes, k: int, at: int) -> sp.csr_array:
        return sp.csr_array(self._encode(c, k, at))

    def _decode(self, rows: Any, k: int, at: int) -> Classes:
        """Classes of rows; −1 for a row of zeros, −2 for a row that is no code."""
        raise NotImplementedError

    def _entries(self, name: str, levels: NDArray[Any]) -> list[str]:
        """Names of the entries of one column."""
        raise NotImplementedError

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = self.missing != "error"
        tags.input_tags.string = True
        tags.input_tags.categorical = True
        return tags

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn the categories of each column.

        Parameters
        ----------
        X : array or data frame, shape (n, d)
            Text, numbers or booleans.
        y : ignored

        Returns
        -------
        ClassCode
            Itself.

        Raises
        ------
        TableError
            When a column cannot be coded; names the column, the row and the value.
        """
        self._learn(X)
        return self

    def fit_transform(self, X: Any, y: Any = None) -> Any:
        """`fit` and `transform` in one look at the rows."""
        return self._matrix(self._learn(X))

    def transform(self, X: Any) -> Any:
        """The code of each row.

        Parameters
        ----------
        X : array or data frame, shape (n, d)
            The columns of training.

        Returns
        -------
        ndarray, or CSR array with `sparse_output`, shape (n, D)

        Raises
        ------
        TableError
            For unseen or missing values, when the policy is "error".
        """
        check_is_fitted(self)
        parts = self._parts(X, fitting=False)
        return self._matrix(
            [
                self._classes(part, levels)
                for part, levels in zip(parts, self.categories_, strict=True)
            ]
        )

    def code_table(self, at: int) -> Floats:
        """What is written for each category of column `at`, then for an unseen and a missing one.

        Parameters
        ----------
        at : int
            Place of the column; of a factored code, of the part.

        Returns
        -------
        ndarray, shape (k + 2, m)
            For k categories. Where a policy is "error", its row is zeros and nothing is to use it.

        Notes: Concept 192
        """
        check_is_fitted(self)
        k = len(self.categories_[at])
        blocks = self._blocks(at, np.array([*range(k), UNSEEN, MISSING], dtype=np.int32))
        return np.hstack([b if isinstance(b, np.ndarray) else b.toarray() for b in blocks])

    def _parts(self, X: Any, *, fitting: bool) -> list[DiscreteColumn]:
        return [
            DiscreteColumn(name, *factorize(name, values), stated_order(values))
            for name, values in columns_of(self, X, fitting=fitting)
        ]

    def _learn(self, X: Any) -> list[Classes]:
        self.check_hyperparameters()
        parts = self._parts(X, fitting=True)
        owner = type(self).__name__
        given = given_categories(owner, self.categories, parts)
        self.names_, self.categories_, self.means_ = [], [], []
        found: list[Classes] = []
        for part, order in zip(parts, given, strict=True):
            levels = levels_of(owner, part, order, ordered=self.ordered)
            self.names_.append(part.name)
            self.categories_.append(levels)
            self._begin(len(found), part.name, levels)
            classes = self._classes(part, levels)
            if {"mean", self._own} & {self.unseen, self.missing}:
                self.means_.append(self._mean(classes, len(levels), len(found)))
            if len(levels) == 1:
                self.warn(
                    f"column {part.name!r} has one category, {abbreviated_levels(levels)}: its "
                    "code says nothing that differs between rows.",
                    CodeWarning,
                )
            found.append(classes)
        self._after_fit()
        return found

    def _begin(self, at: int, name: str, levels: NDArray[Any]) -> None:
        """Room for what a code learns of column `at` beside its categories."""

    def _after_fit(self) -> None:
        """Room for what a code warns of."""

    def _classes(self, part: DiscreteColumn, levels: NDArray[Any]) -> Classes:
        classes, unseen = match_levels(part.distinct, part.places, levels.tolist())
        if self.missing == "error" and (classes == MISSING).any():
            row = int(np.argmax(classes == MISSING)) + 1
            raise TableError(
                f"Column {part.name!r}, row {row}: the value is missing (None or NaN). Say what "
                f"becomes of it: missing={self._choices('missing')}."
            )
        if unseen and (classes == UNSEEN).any():
            self._meet_unseen(part.name, classes, unseen, levels)
        return classes

    def _choices(self, name: str) -> str:
        declared = next(h for h in type(self).hyperparameters if h.name == name)
        return " or ".join(repr(c) for c in declared.choices if c != "error")

    def _meet_unseen(
        self, name: str, classes: Classes, unseen: list[Any], levels: NDArray[Any]
    ) -> None:
        said = f"{abbreviated_levels(sorted(unseen, key=natural_order))}"
        if self.unseen == "error":
            row = int(np.argmax(classes == UNSEEN)) + 1
            raise TableError(
                f"Column {name!r} holds {said}, first in row {row}; its categories are "
                f"{abbreviated_levels(levels)}. Say what becomes of others: "
                f"unseen={self._choices('unseen')}."
            )
        if self.unseen != "own column":
            became = {
                "mean": "stand at the training mean of the code",
                "nan": "become NaN",
            }.get(self.unseen, "are all zeros")
            self.warn(
                f"{int((classes == UNSEEN).sum())} row(s) of {name!r} hold categories not among "
                f"its {len(levels)}: {said}; they {became}.",
                UnseenCategoryWarning,
            )

    def _mean(self, classes: Classes, k: int, at: int) -> Floats:
        counts = np.bincount(classes[classes >= 0], minlength=k)
        present = np.flatnonzero(counts)
        if len(present) == 0:
            return np.zeros(self._encode(classes[:0], k, at).shape[1])
        share = counts[present] / counts[present].sum()
        return np.asarray(share @ self._encode_sparse(present.astype(np.int32), k, at))

    def _matrix(self, codes: list[Classes]) -> Any:
        if not self.sparse_output:
            self._refuse_large(codes)
        blocks = [block for at, c in enumerate(codes) for block in self._blocks(at, c)]
        if self.sparse_output:
            return sp.csr_array(sp.hstack(blocks, format="csr") if len(blocks) > 1 else blocks[0])
        return np.concatenate(blocks, axis=1) if len(blocks) > 1 else blocks[0]

    def _refuse_large(self, codes: list[Classes]) -> None:
        size = 8 * len(codes[0]) * len(self.get_feature_names_out())
        if size > MOST_BYTES:
            advice = (
                " Say sparse_output=True."
                if any(h.name == "sparse_output" for h in self.hyperparameters)
                else ""
            )
            raise TableError(
                f"{type(self).__name__}: {len(codes[0]):,} rows of "
                f"{len(self.get_feature_names_out()):,} entries would take {size / 2**30:,.0f} GiB."
                f"{advice}"
            )

    def _blocks(self, at: int, c: Classes) -> list[Any]:
        """The code of one column, and the entries of their own for missing and unseen."""
        k = len(self.categories_[at])
        block: Any = self._encode_sparse(c, k, at) if self.sparse_output else self._encode(c, k, at)
        for policy, below in ((self.missing, c == MISSING), (self.unseen, c <= UNSEEN)):
            if policy in ("mean", "nan", self._own) and below.any():
                value = np.full(1, np.nan) if policy == "nan" else self.means_[at]
                if self.sparse_output:
                    block = block + _column(below) @ sp.csr_array(value[None, :])
                else:
                    block[below] = value
        if self.orientation == "as printed":
            block = block[:, ::-1]
        own = [
            below
            for policy, below in ((self.missing, c == MISSING), (self.unseen, c <= UNSEEN))
            if policy == "own column"
        ]
        as_column = _column if self.sparse_output else _dense_column
        return [block, *map(as_column, own)]

    def _names_of(self, at: int, name: str) -> list[str]:
        entries = self._entries(name, self.categories_[at])
        if self.orientation == "as printed":
            entries = entries[::-1]
        own = (("missing", self.missing), ("unseen", self.unseen))
        return entries + [f"{name} is {what}" for what, policy in own if policy == "own column"]

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[Any]:
        """Names of the entries, such as "colour=red", "size≥mid" or "colour is missing"."""
        check_is_fitted(self)
        names = self._input_names(input_features)
        return distinct_names(
            entry for at, name in enumerate(names) for entry in self._names_of(at, name)
        )

    def _input_names(self, input_features: Any) -> list[str]:
        return [str(name) for name in _check_feature_names_in(self, input_features)]

    def inverse_transform(self, X: Any) -> NDArray[Any]:
        """The categories that rows encode; None where a row says missing or unseen.

        Parameters
        ----------
        X : array or sparse array, shape (n, D)

        Returns
        -------
        ndarray, shape (n, d)

        Raises
        ------
        TableError
            When a row is no code, or the width is wrong.

        Notes: Concept 200
        """
        check_is_fitted(self)
        rows: Any = check_array(X, accept_sparse="csr", ensure_all_finite="allow-nan")
        rows = sp.csr_array(rows) if hasattr(rows, "tocsr") else rows
        width = len(self.get_feature_names_out())
        if rows.shape[1] != width:
            raise TableError(
                f"There are {width} entries in a code; the array has {rows.shape[1]} columns."
            )
        columns, at = [], 0
        for i, (name, levels) in enumerate(zip(self.names_, self.categories_, strict=True)):
            wide = len(self._names_of(i, name))
            columns.append(self._values(i, name, levels, rows[:, at : at + wide]))
            at += wide
        if all(column.dtype.kind != "O" for column in columns):
            return np.column_stack(columns)
        return np.column_stack([column.astype(object) for column in columns])

    def _values(self, i: int, name: str, levels: NDArray[Any], block: Any) -> NDArray[Any]:
        classes = self._classes_of(i, name, levels, block)
        if (classes >= 0).all():
            return np.asarray(levels[classes])
        named = np.array([*levels.tolist(), None], dtype=object)
        return np.asarray(named[np.maximum(classes, -1)])

    def _classes_of(self, i: int, name: str, levels: NDArray[Any], block: Any) -> Classes:
        """Classes of a block of rows; below 0 where it says missing or unseen."""
        wide = block.shape[1] - (self.missing == "own column") - (self.unseen == "own column")
        code, marks = block[:, :wide], block[:, wide:]
        code = code[:, ::-1] if self.orientation == "as printed" else code
        marks = marks.toarray() if isinstance(marks, sp.csr_array) else marks
        if self.means_ and isinstance(code, sp.csr_array):
            code = code.toarray()
        classes = self._decode(code, len(levels), i)
        unknown = (marks == 1).any(axis=1)
        if not isinstance(code, sp.csr_array):
            unknown |= np.isnan(code).any(axis=1)
        if self.means_:
            unknown |= np.isclose(code, self.means_[i], rtol=1e-12, atol=0).all(axis=1)
        classes[unknown] = MISSING
        wrong = (classes < MISSING) | ((classes == MISSING) & ~unknown & ~self._zeros_may_be())
        if wrong.any():
            row = int(np.argmax(wrong))
            code_of = code[[row]].toarray()[0] if isinstance(code, sp.csr_array) else code[row]
            raise TableError(
                f"Row {row + 1} is no code of {name!r}: {np.array2string(code_of, threshold=12)}."
                f"{self._reason_without_code()}"
            )
        return classes

    def _zeros_may_be(self) -> bool:
        return "ignore" in (self.unseen, self.missing)

    def _reason_without_code(self) -> str:
        return ""

    def _happened(self) -> tuple[tuple[str, str], ...]:
        listed = list(zip(self.names_, self.categories_, strict=True))[:20]
        facts = [
            (name, f"{len(levels):,} categories: {abbreviated_levels(levels)}")
            for name, levels in listed
        ]
        if len(self.names_) > len(listed):
            facts.append(("…", f"{len(self.names_) - len(listed)} more columns"))
        width = len(self.get_feature_names_out())
        policy = f"unseen: {self.unseen}; missing: {self.missing}"
        return (*facts, ("entries of a row", f"{width:,}"), ("policy", policy))


def _column(marks: NDArray[np.bool_]) -> sp.csr_array:
    return sp.csr_array(_dense_column(marks))


def _dense_column(marks: NDArray[np.bool_]) -> Floats:
    return marks.astype(np.float64)[:, None]
