"""The inputs of a model's graph: one matrix of numbers or text, or one typed input a column.

Notes: Notation 7
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from pellucid.data.table import Kind
from pellucid.errors import FramingError
from pellucid.exchange.onnx.graph import Input, OnnxGraph
from pellucid.exchange.onnx.pipelines import fitted_parts, is_nothing
from pellucid.exchange.onnx.row_parts import Part, Rows

MATRIX = "x"  # the input when all columns are of one type


def inputs_of(model: Any, example: Any = None) -> list[Input]:
    """What the graph of a fitted model is given.

    Parameters
    ----------
    model : fitted estimator, transformer or pipeline
    example : data frame, array or list of a few rows, or None
        Says the types of the columns, where the model does not know them.

    Returns
    -------
    list of Input
        "x", n×d, where all columns are of one type; else one n×1 input a column, by its name.

    Raises
    ------
    FramingError
        When the model does not know how many columns it reads, and no example tells.
    """
    columns = _of_example(example) if example is not None else columns_of(model)
    types = {text for _, text in columns}
    whole = len(columns) == getattr(model, "n_features_in_", len(columns))
    if len(types) == 1 and whole and not _by_name(model):
        return [Input(MATRIX, str if types.pop() else np.float64, (len(columns),))]
    return [Input(name, str if text else np.float64, (1,)) for name, text in columns]


def rows_of(graph: OnnxGraph, inputs: Sequence[Input], names: Sequence[str] = ()) -> Rows:
    """The inputs as rows; numbers of other types become float64.

    `names` are those of the columns of a single input.
    """
    parts = []
    for each in inputs:
        width = each.shape[0] if each.shape else 1
        own = (each.name,) if width == 1 and len(inputs) > 1 else tuple(names)
        own = own if len(own) == width else tuple(f"x{j}" for j in range(width))
        text = np.dtype(each.dtype).kind in "UO"
        wide = text or np.dtype(each.dtype) == np.float64
        parts.append(Part(each.name if wide else graph.cast(each.name, np.float64), own, text))
    return Rows(tuple(parts))


def names_of(model: Any, inputs: Sequence[Input]) -> list[str]:
    """Names of the columns of the inputs; none where the model counts its columns."""
    known = [str(name) for name in getattr(model, "feature_names_in_", ())]
    width = sum(each.shape[0] if each.shape else 1 for each in inputs)
    return known if len(known) in (0, width) else [each.name for each in inputs]


Columns = list[tuple[str, bool]]  # names, and whether they hold text


def columns_of(model: Any) -> Columns:
    """Name of each column that a fitted model reads, and whether it is text.

    Raises
    ------
    FramingError
        When the model does not know.
    """
    for cls in type(model).__mro__:
        if cls.__name__ in KNOWING:
            return KNOWING[cls.__name__](model)
    if not hasattr(model, "n_features_in_"):
        raise FramingError(
            f"{type(model).__name__} does not tell how many columns it reads: give `example`, a "
            "few rows as it takes them."
        )
    if hasattr(model, "categories_") and len(model.categories_) == int(model.n_features_in_):
        return _of_categories(model)
    levels = getattr(model, "levels_", None) or [None] * int(model.n_features_in_)
    return [(name, own is not None) for name, own in zip(_names(model), levels, strict=True)]


def _names(model: Any) -> list[str]:
    named = getattr(model, "feature_names_in_", None)
    count = int(model.n_features_in_)
    return [f"x{j}" for j in range(count)] if named is None else [str(name) for name in named]


def _of_categories(model: Any) -> Columns:
    kinds = [np.asarray(levels).dtype.kind in "OU" for levels in model.categories_]
    return list(zip(_names(model), kinds, strict=True))


def _of_factors(model: Any) -> Columns:
    """A column that is taken apart is text; so is one whose categories are."""
    columns, part = [], 0
    for name, delimiter, count in zip(
        _names(model), model.delimiters_, model.factors_, strict=True
    ):
        text = np.asarray(model.categories_[part]).dtype.kind in "OU"
        columns.append((name, delimiter is not None or text))
        part += count
    return columns


def _of_table(model: Any) -> Columns:
    """Those columns of a table that are used, in its order."""
    kinds = {code["column"]: Kind(code["kind"]) for code in model.codes_}
    if not hasattr(model, "feature_names_in_"):
        return [(name, False) for name in _names(model)]
    return [(n, kinds[n] is not Kind.NUMERIC) for n in _names(model) if n in kinds]


def _of_pipeline(model: Any) -> Columns:
    first = next((step for _, step in model.steps if not is_nothing(step)), None)
    return columns_of(model if first is None else first)


def _of_search(model: Any) -> Columns:
    return columns_of(model.best_estimator_)


def _of_transformers(model: Any) -> Columns:
    """Of a frame those columns that a transformer reads; of an array all."""
    names = _names(model)
    text = [False] * len(names)
    read = {at for _, places in fitted_parts(model) for at in places}
    for transformer, places in fitted_parts(model):
        if is_nothing(transformer):
            continue
        for at, (_, own) in zip(places, columns_of(transformer), strict=False):
            text[at] = text[at] or own
    used = [at in read or not hasattr(model, "feature_names_in_") for at in range(len(names))]
    return [(n, own) for n, own, there in zip(names, text, used, strict=True) if there]


def _of_union(model: Any) -> Columns:
    each = [columns_of(own) for _, own in model.transformer_list if not is_nothing(own)]
    return [(found[0][0], any(text for _, text in found)) for found in zip(*each, strict=False)]


KNOWING: dict[str, Callable[[Any], Columns]] = {
    "BagOfWords": lambda model: [("x0", True)],
    "BaseSearchCV": _of_search,
    "ColumnTransformer": _of_transformers,
    "ColumnValues": _of_table,
    "FactoredCode": _of_factors,
    "FeatureUnion": _of_union,
    "Pipeline": _of_pipeline,
    "TableEncoder": _of_table,
}


def _by_name(model: Any) -> bool:
    """Whether the model reads a table, whose columns go by their names."""
    for cls in type(model).__mro__:
        if cls.__name__ in ("TableEncoder", "ColumnValues"):
            return hasattr(model, "feature_names_in_")
        if cls.__name__ == "Pipeline":
            first = next((step for _, step in model.steps if not is_nothing(step)), None)
            return first is not None and _by_name(first)
    return getattr(model, "levels_", None) is not None and any(
        own is not None for own in model.levels_
    )


def _of_example(example: Any) -> Columns:
    if hasattr(example, "columns") and hasattr(example, "shape"):
        import narwhals as nw

        frame = nw.from_native(example, eager_only=True)
        return [(str(name), not frame[name].dtype.is_numeric()) for name in frame.columns]
    array = np.asarray(example)
    array = array[:, None] if array.ndim == 1 else array
    if array.dtype == object:
        return [
            (f"x{j}", any(isinstance(v, str) for v in array[:, j])) for j in range(array.shape[1])
        ]
    return [(f"x{j}", array.dtype.kind in "US") for j in range(array.shape[1])]
