"""`Bins`: a number cut at breakpoints into discrete classes.

Notes: Concept 205, §5.3.3
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import TransformerMixin
from sklearn.utils.validation import _check_feature_names_in, check_is_fitted, validate_data

from pellucid.data.binning import bin_indices, bin_names, equal_width_edges, quantile_edges
from pellucid.data.class_codes import one_hot, thermometer
from pellucid.data.encoded_names import distinct_names
from pellucid.errors import CodeWarning, HyperparameterError, TableError
from pellucid.explanation import Explanation, Formula
from pellucid.former_names import renamed
from pellucid.glass_box import GlassBox
from pellucid.hyperparameters import Hyperparameter

Floats = NDArray[np.float64]


def _is_edges(value: Any) -> bool:
    return isinstance(value, Sequence | np.ndarray) and not isinstance(value, str)


EDGES = Hyperparameter(
    "edges",
    "quantile",
    "any",
    "Where to cut: at quantiles of the training rows, at equal widths, or at edges of your own, "
    "for all columns or a list for each.",
    choices=("quantile", "equal"),
    accepts=_is_edges,
    described="'quantile', 'equal', a list of rising numbers, or such a list for each column",
)
N_BINS = Hyperparameter(
    "n_bins", 4, "int", "Number of bins when edges are not given.", low=2, high=10_000
)
CODE = Hyperparameter(
    "code",
    "one-hot",
    "str",
    "An entry a bin; a step at each edge; or the bin's number, counted from 0.",
    choices=("one-hot", "thermometer", "index"),
)
MISSING = Hyperparameter(
    "missing",
    "error",
    "str",
    "A missing value (NaN): refused, all zeros (NaN as an index), or an entry of its own.",
    choices=("error", "ignore", "own column"),
)


@renamed(book="code_table")
class Bins(TransformerMixin, GlassBox):  # type: ignore[misc]
    """Numbers cut into bins at breakpoints, which may be unequal. A bin holds its lower edge.

    Values below the first edge or above the last are in the outer bins: none is unseen.

    Parameters
    ----------
    {hyperparameters}

    Attributes
    ----------
    edges_ : list of ndarray
        Inner edges of each column: m of them make m + 1 bins.
    n_features_in_ : int
        d.
    warnings_ : list of str
        Caveats of the fit.

    Examples
    --------
    >>> Bins(edges=[18, 21]).fit_transform([[17], [18], [30]])
    array([[1., 0., 0.],
           [0., 1., 0.],
           [0., 0., 1.]])

    Notes: Concept 205
    """

    hyperparameters: ClassVar = (EDGES, N_BINS, CODE, MISSING)
    edges_: list[Floats]
    n_features_in_: int

    def __init__(
        self,
        edges: Any = EDGES.default,
        *,
        n_bins: int = N_BINS.default,
        code: str = CODE.default,
        missing: str = MISSING.default,
    ) -> None:
        self.edges = edges
        self.n_bins = n_bins
        self.code = code
        self.missing = missing

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = self.missing != "error"
        return tags

    def fit(self, X: Any, y: Any = None) -> Self:
        """Find the edges of each column, or check those given.

        Parameters
        ----------
        X : array, shape (n, d)
        y : ignored

        Returns
        -------
        Bins
            Itself.

        Raises
        ------
        HyperparameterError
            When edges do not rise, or are not numbers.
        """
        self.check_hyperparameters()
        X = self._checked(X, fitting=True)
        given = self._given(X.shape[1])
        names = self._names()
        self.edges_ = []
        for name, values, edges in zip(names, X.T, given, strict=True):
            if edges is None and np.isnan(values).all():
                raise TableError(f"Column {name!r} has no value in any row: nothing to cut.")
            found = self._found(values) if edges is None else edges
            self.edges_.append(found)
            if edges is None and len(found) + 1 < self.n_bins:
                self.warn(
                    f"column {name!r} has {len(found) + 1} bin(s), not {self.n_bins}: too many of "
                    "its values are equal.",
                    CodeWarning,
                )
        return self

    def _found(self, values: Floats) -> Floats:
        ways = {"quantile": quantile_edges, "equal": equal_width_edges}
        return ways[self.edges](values, self.n_bins)

    def _given(self, d: int) -> list[Floats | None]:
        if isinstance(self.edges, str):
            return [None] * d
        nested = len(self.edges) > 0 and all(_is_edges(each) for each in self.edges)
        lists = list(self.edges) if nested else [self.edges] * d
        if len(lists) != d:
            raise HyperparameterError(
                f"Bins: edges has {len(lists)} list(s), one is needed for each of {d} column(s)."
            )
        return [self._rising(each) for each in lists]

    def _rising(self, given: Any) -> Floats:
        try:
            edges = np.asarray(given, dtype=np.float64)
        except (TypeError, ValueError):
            edges = np.array([np.nan])
        if edges.ndim != 1 or not len(edges) or not np.isfinite(edges).all():
            raise HyperparameterError(f"Bins: edges must be finite numbers; got {given!r}.")
        if (np.diff(edges) <= 0).any():
            at = int(np.argmax(np.diff(edges) <= 0))
            raise HyperparameterError(
                f"Bins: edges must rise; {edges[at + 1]:g} does not lie above {edges[at]:g}."
            )
        return edges

    def _checked(self, X: Any, *, fitting: bool) -> Floats:
        finite: Any = True if self.missing == "error" else "allow-nan"
        checked = validate_data(self, X, reset=fitting, dtype=np.float64, ensure_all_finite=finite)
        return np.asarray(checked, dtype=np.float64)

    def _names(self) -> list[str]:
        return [str(name) for name in _check_feature_names_in(self, None)]

    def transform(self, X: Any) -> Floats:
        """The bin of each value, as `code` writes it.

        Parameters
        ----------
        X : array, shape (n, d)

        Returns
        -------
        ndarray, shape (n, D)
        """
        check_is_fitted(self)
        X = self._checked(X, fitting=False)
        return np.concatenate(
            [self._block(values, edges) for values, edges in zip(X.T, self.edges_, strict=True)],
            axis=1,
        )

    def code_table(self, at: int) -> Floats:
        """What is written for each bin of column `at`, then for a missing value.

        Parameters
        ----------
        at : int
            Place of the column.

        Returns
        -------
        ndarray, shape (m + 2, width)
            For m edges.

        Notes: Concept 205
        """
        check_is_fitted(self)
        edges = self.edges_[at]
        return self._written(np.append(np.arange(len(edges) + 1), -1).astype(np.int32), edges)

    def _block(self, values: Floats, edges: Floats) -> Floats:
        return self._written(bin_indices(values, edges), edges)

    def _written(self, found: NDArray[np.int32], edges: Floats) -> Floats:
        """The code of bins by number, −1 for a missing value."""
        if self.code == "index":
            block = np.where(found < 0, 0.0 if self.missing == "own column" else np.nan, found)
            block = block[:, None]
        elif self.code == "thermometer":
            block = thermometer(found, len(edges) + 1)[:, 1:]
        else:
            block = one_hot(found, len(edges) + 1)
        return np.column_stack([block, found < 0]) if self.missing == "own column" else block

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[Any]:
        """Names such as "age <18", "age 18 to <21", "age ≥21"."""
        check_is_fitted(self)
        names = []
        for name, edges in zip(
            _check_feature_names_in(self, input_features), self.edges_, strict=True
        ):
            bins = bin_names(edges)
            if self.code == "index":
                names.append(f"bin of {name}")
            elif self.code == "thermometer":
                names += [f"{name} ≥{each.split(' to ')[0].lstrip('≥')}" for each in bins[1:]]
            else:
                names += [f"{name} {each}" for each in bins]
            names += [f"{name} is missing"] if self.missing == "own column" else []
        return distinct_names(names)

    def _explanation(self) -> Explanation:
        cuts = tuple(
            (name, f"cut at {', '.join(f'{e:g}' for e in edges[:12])}" + ("…" * (len(edges) > 12)))
            for name, edges in list(zip(self._names(), self.edges_, strict=True))[:20]
        )
        how = self.edges if isinstance(self.edges, str) else "given"
        return Explanation(
            name="Bins",
            problem="Let ranges of a number between breakpoints differ as they like.",
            hypothesis=Formula(
                "φ(x)ⱼ = 1 if eⱼ ≤ x < eⱼ₊₁, else 0",
                r"\varphi(x)_j = \mathbb{1}(e_j \le x < e_{j+1})",
                "φ(x): (m + 1)×1 for m edges",
                "Concept 205",
            ),
            algorithm=f"Edges: {how}. Code: {self.code}. Where in its bin a number lies is "
            "forgotten, so there is no way back.",
            happened=cuts,
            warnings=tuple(self.warnings_),
            notes="Concept 205, §5.3.3",
        )
