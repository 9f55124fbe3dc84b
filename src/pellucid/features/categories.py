"""The categories of discrete columns and their order: given, stated, shown by names, or met.

Notes: Concept 192, Def 196, §5.3.1
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.distinct_values import Classes, factorize, label, natural_order
from pellucid.data.ordinal_scales import recognized_scale
from pellucid.data.table import MISSING
from pellucid.errors import HyperparameterError, TableError
from pellucid.hyperparameters import Hyperparameter


def _is_categories(value: Any) -> bool:
    return isinstance(value, Sequence) and all(
        isinstance(each, Sequence | np.ndarray) and not isinstance(each, str) for each in value
    )


CATEGORIES = Hyperparameter(
    "categories",
    "auto",
    "any",
    "The categories of each column, in order; 'auto' takes those met: sorted, or in the order "
    "that a column states (an ordered categorical, or names such as low, mid, high).",
    choices=("auto",),
    accepts=_is_categories,
    described="'auto', or a list with a list of categories for each column",
)
UNSEEN_POLICY = Hyperparameter(
    "unseen",
    "error",
    "str",
    "A category that is not among them: refused; all zeros, with a warning; the training mean of "
    "the code, with a warning; or an entry of its own.",
    choices=("error", "ignore", "mean", "own column"),
)
MISSING_POLICY = Hyperparameter(
    "missing",
    "error",
    "str",
    "A missing value (None, NaN, NA): the same choices, without a warning.",
    choices=("error", "ignore", "mean", "own column"),
)
ORIENTATION = Hyperparameter(
    "orientation",
    "first category first",
    "str",
    "Order of the entries; the notes print the last category at the top.",
    choices=("first category first", "as printed"),
)
SPARSE_OUTPUT = Hyperparameter(
    "sparse_output",
    False,
    "bool",
    "Whether rows come as a SciPy CSR array, which pays from some tens of categories.",
)


@dataclass(frozen=True)
class DiscreteColumn:
    """One discrete column as met: its name, its distinct values, each row's place among them."""

    name: str
    distinct: list[Any]
    places: Classes
    order: list[Any] | None = None


def given_categories(
    owner: str, categories: Any, parts: Sequence[DiscreteColumn]
) -> list[list[Any] | None]:
    """The categories given for each part, checked; None where they are to be found.

    Raises
    ------
    HyperparameterError
        When there is not one list a column, or a list is empty, holds a value twice or a missing
        one.

    Notes: Def 196
    """
    if isinstance(categories, str):
        return [None] * len(parts)
    if len(categories) != len(parts):
        raise HyperparameterError(
            f"{owner}: categories has {len(categories)} list(s), one is needed for each of "
            f"{len(parts)} column(s)."
        )
    return [_checked(owner, part.name, c) for part, c in zip(parts, categories, strict=True)]


def _checked(owner: str, name: str, given: Any) -> list[Any]:
    listed = given.tolist() if isinstance(given, np.ndarray) else list(given)
    if not listed:
        raise HyperparameterError(f"{owner}: the list of categories of {name!r} is empty.")
    distinct, places = factorize(name, listed)
    if (places == MISSING).any():
        raise HyperparameterError(
            f"{owner}: a missing value is among the categories of {name!r}; `missing` says what "
            "becomes of it."
        )
    if len(distinct) < len(listed):
        twice = next(v for i, v in enumerate(distinct) if (places == i).sum() > 1)
        raise HyperparameterError(
            f"{owner}: the categories of {name!r} hold {twice!r} more than once."
        )
    return listed


def levels_of(
    owner: str, part: DiscreteColumn, given: list[Any] | None, *, ordered: bool
) -> NDArray[Any]:
    """The categories of one part, in order.

    Parameters
    ----------
    owner : str
        The code, for messages.
    part : Part
    given : list or None
    ordered : bool
        Whether the code says that categories have an order: then none is invented.

    Raises
    ------
    TableError
        When no row has a value, or an order is needed and nothing shows it.

    Notes: Def 196, Def 197
    """
    order = part.order if given is None else given
    if order is None:
        if not part.distinct:
            raise TableError(
                f"Column {part.name!r} has no value in any row: there is no category to code."
            )
        order = _in_order(owner, part, ordered)
    if all(isinstance(v, str) for v in order):
        return np.array(order, dtype=object)
    plain = np.asarray(order)
    return np.array(order, dtype=object) if plain.dtype.kind in "US" else plain


def _in_order(owner: str, part: DiscreteColumn, ordered: bool) -> list[Any]:
    if not ordered or not isinstance(part.distinct[0], str):
        return sorted(part.distinct, key=natural_order)
    scale = recognized_scale(part.name, part.distinct)
    if scale is None:
        raise TableError(
            f"{owner} says that categories have an order, and the names of {part.name!r} show "
            f"none: {abbreviated_levels(sorted(part.distinct))}. Give it, as "
            "categories=[['low', 'mid', 'high']]; where there is none, use OneHotCode."
        )
    return list(scale.levels)


def abbreviated_levels(levels: Any, max_levels: int = 6) -> str:
    """A few levels for a sentence, long ones cut.

    Notes: Concept 192
    """
    said = [
        (repr(v) if len(v) <= 40 else repr(f"{v[:39]}…")) if isinstance(v, str) else label(v)
        for v in levels[:max_levels]
    ]
    return ", ".join(said) + (f", … ({len(levels):,} in all)" if len(levels) > max_levels else "")
