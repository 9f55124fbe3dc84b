"""The one mixin: a scikit-learn estimator that declares its hyperparameters and explains itself.

Notes: §1.0.5, Def 80, Def 81
"""

from __future__ import annotations

import warnings
from dataclasses import replace
from functools import wraps
from types import FunctionType
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.exceptions import NotFittedError
from sklearn.utils.validation import check_is_fitted

from pellucid.errors import PellucidWarning, TableError
from pellucid.explanation import Explanation
from pellucid.hyperparameters import Hyperparameter
from pellucid.picture_mixin import PictureMixin, picture_html

PLACEHOLDER = "{hyperparameters}"
# Methods that answer for each row: of rows in blocks they give blocks.
BY_ROW = frozenset(
    {"transform", "predict", "predict_proba", "predict_log_proba", "decision_function", "encode"}
)


class GlassBox(PictureMixin, BaseEstimator):  # type: ignore[misc]
    """Abstract: an estimator whose settings are declared once and whose fit can be read.

    A final class sets `hyperparameters` (in the order of its constructor), writes the placeholder
    `{hyperparameters}` in the `Parameters` section of its docstring, calls `check_hyperparameters`
    first in `fit`, and implements `_explanation`.

    Notes: Def 81
    """

    hyperparameters: ClassVar[tuple[Hyperparameter, ...]] = ()
    block_route: ClassVar[str] = ""  # "module:function" that fits to rows in blocks
    _doc_link_module = "pellucid"
    _doc_link_template = "docs/estimators.html#{estimator_module}.{estimator_name}"

    warnings_: list[str]
    blocks_: dict[str, Any]  # where rows came in blocks: their source, passes over it, notes

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        if cls.__doc__ and PLACEHOLDER in cls.__doc__:
            entries = "\n    ".join(h.documented() for h in cls.hyperparameters)
            cls.__doc__ = cls.__doc__.replace(PLACEHOLDER, entries)
        if "fit" in cls.__dict__:
            fit: Any = cls.__dict__["fit"]
            cls.fit = fits_blocks(fit)
        for name in BY_ROW:
            if isinstance(method := cls.__dict__.get(name), FunctionType):
                setattr(cls, name, maps_blocks(method))

    def check_hyperparameters(self) -> None:
        """Check each setting against its declaration; start the fit with no warnings on record."""
        for hyperparameter in type(self).hyperparameters:
            hyperparameter.check(getattr(self, hyperparameter.name), owner=type(self).__name__)
        self.warnings_ = []
        self.__dict__.pop("blocks_", None)

    def warn(self, message: str, category: type[PellucidWarning]) -> None:
        """Warn now, and keep the sentence for `explain()`."""
        self.warnings_.append(f"{category.__name__}: {message}")
        warnings.warn(f"{type(self).__name__}: {message}", category, stacklevel=3)

    def explain(self) -> Explanation:
        """Tell what was minimised, how, what happened, and what to be wary of.

        Returns
        -------
        Explanation
            Prints as text, shows as HTML in a notebook, `as_dict()` for programs.

        Raises
        ------
        sklearn.exceptions.NotFittedError
            Before `fit`.
        """
        check_is_fitted(self)
        found = self._explanation()
        blocks = getattr(self, "blocks_", None)
        if not blocks:
            return found
        passes = f"{blocks['source']}: {blocks['passes']} passes"
        facts = (("rows read in blocks", passes), *(("sample", note) for note in blocks["notes"]))
        return replace(found, happened=(*found.happened, *facts))

    def _html_repr(self) -> str:
        """How scikit-learn shows it in a notebook, and once fitted its picture below."""
        shown: str = super()._html_repr()
        try:
            check_is_fitted(self)
        except NotFittedError:
            return shown
        return shown + picture_html(self)

    def _explanation(self) -> Explanation:
        raise NotImplementedError(f"{type(self).__name__} must say how it was fitted.")


def is_in_blocks(X: Any) -> bool:
    """Whether rows come in blocks: a source of blocks, or a collection of Dask.

    Examples
    --------
    >>> is_in_blocks(np.zeros((2, 2)))
    False
    """
    return type(X).__module__.startswith(("dask.", "dask_expr.", "pellucid.data.blocks."))


def refuse_complex(X: Any) -> None:
    """Refuse rows of complex numbers: no estimator has a use for them.

    Raises
    ------
    TableError
        Says what to give instead.
    """
    first = X
    while isinstance(first, list | tuple) and first:
        first = first[0]
    of_columns = getattr(X, "dtypes", ())  # a data frame has several, a series one
    dtypes = [getattr(first, "dtype", None), *(of_columns if np.iterable(of_columns) else ())]
    if isinstance(first, complex) or any(getattr(each, "kind", "") == "c" for each in dtypes):
        raise TableError(
            "Complex data not supported: X holds complex numbers. Give their real and imaginary "
            "parts as columns of their own."
        )


def fits_blocks(fit: Any) -> Any:
    """A method `fit` that hands rows in blocks to the class's `block_route`."""

    @wraps(fit)
    def fitted(self: Any, *given: Any, **named: Any) -> Any:
        X = given[0] if given else named.get("X")
        refuse_complex(X)
        if is_in_blocks(X):
            from pellucid.data.blocks.block_fitting import fit_blocks

            return fit_blocks(self, *given, **named)
        return fit(self, *given, **named)

    return fitted


def maps_blocks(method: Any) -> Any:
    """A method of a row's answer that takes rows in blocks too, and answers as they are read."""

    @wraps(method)
    def answered(self: Any, X: Any, *given: Any, **named: Any) -> Any:
        refuse_complex(X)
        if is_in_blocks(X):
            from pellucid.data.blocks.block_fitting import map_blocks

            return map_blocks(self, method.__name__, X)
        return method(self, X, *given, **named)

    return answered


class LogProbabilityMixin:
    """Abstract: `predict_log_proba` of a classifier that has `predict_proba`.

    One that has scores of its own takes the logarithm of those, where nothing underflows.

    Notes: Def 148
    """

    def predict_log_proba(self, X: Any) -> NDArray[np.float64]:
        """Logarithm of `predict_proba`; −∞ where a chance is 0.

        Parameters
        ----------
        X : array, shape (m, d)
            As for `predict_proba`.

        Returns
        -------
        array, shaped as `predict_proba`
        """
        with np.errstate(divide="ignore"):
            return np.asarray(np.log(self.predict_proba(X)))  # type: ignore[attr-defined]
