"""Codes of the categories of a table's column: learned from training rows, encoded, decoded.

Where a category is missing in training, the last entry says so. An unknown one stands at zero in
one-hot, factored and binary codes, and at the training mean where zeros would be a category:
two-valued, thermometer and numeric codes.

Notes: Def 194, Def 196, Def 197, Def 201, Concept 202
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data import class_codes
from pellucid.data.class_codes import Classes
from pellucid.data.compound_categories import guess_delimiter, split_levels
from pellucid.data.distinct_values import natural_order
from pellucid.data.ordinal_scales import recognized_scale
from pellucid.data.table import MISSING, UNSEEN, Column
from pellucid.errors import HyperparameterError, TableError

Floats = NDArray[np.float64]
Learned = dict[str, Any]
Given = tuple[str, ...]


def recode_levels(column: Column, levels: list[str]) -> NDArray[np.int32]:
    """Codes of a column in another list of levels; what is not among them is `UNSEEN`."""
    if list(column.levels or ()) == levels:
        return np.asarray(np.maximum(column.values, UNSEEN))
    place = {level: i for i, level in enumerate(levels)}
    known = (*(column.levels or ()), *reversed(column.unseen))
    table = np.array([*(place.get(v, UNSEEN) for v in known), MISSING], dtype=np.int32)
    return np.asarray(table[column.values])


def unseen_categories(code: Learned, column: Column) -> tuple[int, list[str]]:
    """How many rows hold categories not met in training, and which; a factored code knows parts."""
    known = set(code["levels"])
    met = (*(column.levels or ()), *reversed(column.unseen))
    new = [not _known_parts(code, v) if "factors" in code else v not in known for v in met]
    values = np.asarray(column.values)
    rows = np.array([*new, False])[values]
    used = set(np.unique(values[rows]).tolist())
    names = {v for i, v in enumerate(met) if new[i] and {i, i - len(met) - 1} & used}
    return int(rows.sum()), sorted(names)


def _known_parts(code: Learned, level: str) -> bool:
    parts = split_levels([level], code["delimiter"], len(code["factors"]))[0]
    pairs = zip(parts, code["factors"], strict=False)
    return len(parts) == len(code["factors"]) and all(part in each for part, each in pairs)


def _learned(column: Column, weights: Floats, levels: list[str], entries: list[str]) -> Learned:
    missing = bool(((column.values == MISSING) & (weights > 0)).any())
    extra = [f"{column.name} is missing"] if missing else []
    return {"names": [*entries, *extra], "levels": levels, "missing": missing}


def levels_of(column: Column, fields: Given) -> list[str]:
    """The levels in the order given, or as the column has them.

    Raises
    ------
    HyperparameterError
        When the order names a level twice, or leaves out one that rows hold.

    Notes: Def 196
    """
    if not fields:
        return list(column.levels or ())
    if len(set(fields)) < len(fields):
        twice = next(level for level in fields if fields.count(level) > 1)
        raise HyperparameterError(f"The categories of {column.name!r} hold {twice!r} twice.")
    counts = np.bincount(column.values[column.values >= 0], minlength=len(column.levels or ()))
    met = [level for level, n in zip(column.levels or (), counts, strict=True) if n]
    left = [level for level in met if level not in set(fields)]
    if left:
        shown = ", ".join(map(repr, left[:5])) + (" …" if len(left) > 5 else "")
        raise HyperparameterError(
            f"Column {column.name!r} also holds {shown}: name all of its categories, in order."
        )
    return list(fields)


def _with_missing(code: Learned, classes: Classes, block: Floats) -> Floats:
    if not code["missing"]:
        return block
    return np.column_stack([block, classes == MISSING])


def _named(code: Learned, classes: Classes, block: Floats) -> NDArray[Any]:
    """Names of classes; None below 0, and where the last entry says missing."""
    if code["missing"]:
        classes = np.where(block[:, -1] > 0.5, -1, classes)
    levels = np.array([*code["levels"], None], dtype=object)
    return np.asarray(levels[np.clip(classes, -1, len(levels) - 2)])


def learn_one_hot(column: Column, weights: Floats, fields: Given) -> Learned:
    """An entry a category, first category first.

    Notes: Def 197
    """
    levels = levels_of(column, fields)
    return _learned(column, weights, levels, [f"{column.name}={level}" for level in levels])


def encode_one_hot(code: Learned, column: Column) -> Floats:
    """First category first; a missing or unseen one is all zeros.

    Notes: Def 197
    """
    classes = recode_levels(column, code["levels"])
    return _with_missing(code, classes, class_codes.one_hot(classes, len(code["levels"])))


def decode_one_hot(code: Learned, block: Floats) -> NDArray[Any]:
    """The category of the largest entry; None where none passes one half.

    Notes: Def 197
    """
    kept = block[:, : len(code["levels"])]
    best = np.where(kept.max(axis=1, initial=0.0) > 0.5, kept.argmax(axis=1), -1)
    levels = np.array([*code["levels"], None], dtype=object)
    return np.asarray(levels[best])


def learn_two_valued(column: Column, weights: Floats, fields: Given) -> Learned:
    """One column, 1 for the second level; `share` is its mean, where unknown values stand.

    Notes: Def 197
    """
    code = learn_one_hot(column, weights, fields)
    levels = code["levels"]
    if len(levels) != 2:
        return code
    own = column.name if set(levels) == {"0", "1"} else f"{column.name}={levels[1]}"
    there = weights * (column.values >= 0)
    share = float(there @ (column.values == 1)) / max(float(there.sum()), np.finfo(float).tiny)
    return code | {"names": [own, *code["names"][2:]], "share": share}


def encode_two_valued(code: Learned, column: Column) -> Floats:
    """0 or 1; the share of ones where it is unknown.

    Notes: Def 197
    """
    block = encode_one_hot(code, column)
    if len(code["levels"]) != 2:
        return block
    unknown = block[:, :2].sum(axis=1) == 0
    block[unknown, 1] = code["share"]
    return block[:, 1:]


def decode_two_valued(code: Learned, block: Floats) -> NDArray[Any]:
    """The level that is nearer.

    Notes: Def 197
    """
    if len(code["levels"]) != 2:
        return decode_one_hot(code, block)
    return _named(code, (block[:, 0] > 0.5).astype(np.int32), block)


def _mean_row(column: Column, weights: Floats, levels: list[str], book: Floats) -> Floats:
    """Training mean of a code; `book` holds the code of each level."""
    classes = recode_levels(column, levels)
    known = classes >= 0
    shares = np.bincount(classes[known], weights[known], minlength=len(levels))
    return np.asarray(shares @ book / max(shares.sum(), np.finfo(float).tiny))


def learn_thermometer(column: Column, weights: Floats, fields: Given) -> Learned:
    """An entry a step, without Class ≥ 1, which the offset holds; order given or shown by names.

    Notes: Def 196
    """
    levels = levels_of(column, fields) if fields else _ordered(column)
    steps = [f"{column.name}≥{level}" for level in levels[1:]]
    book = class_codes.thermometer(np.arange(len(levels), dtype=np.int32), len(levels))[:, 1:]
    code = _learned(column, weights, levels, steps)
    return code | {"mean": _mean_row(column, weights, levels, book)}


def _ordered(column: Column) -> list[str]:
    """The order that the names show; numbers are in order by themselves."""
    levels = list(column.levels or ())
    scale = recognized_scale(column.name, levels)
    if scale is not None:
        return list(scale.levels)
    if levels and all(_is_number(level) for level in levels):
        return sorted(levels, key=natural_order)
    shown = ", ".join(map(repr, levels[:6])) + (" …" if len(levels) > 6 else "")
    raise TableError(
        f"The categories of {column.name!r} show no order ({shown}). Give it from low to high, as "
        "thermometer:low,mid,high; where there is none, one-hot is the code."
    )


def _is_number(level: str) -> bool:
    try:
        float(level)
    except ValueError:
        return False
    return True


def encode_thermometer(code: Learned, column: Column) -> Floats:
    """1 for each step reached; an unknown one stands at the training mean.

    Notes: Def 196
    """
    classes = recode_levels(column, code["levels"])
    block = class_codes.thermometer(classes, len(code["levels"]))[:, 1:]
    block[classes < 0] = code["mean"]
    return _with_missing(code, classes, block)


def decode_thermometer(code: Learned, block: Floats) -> NDArray[Any]:
    """The category with as many ones.

    Notes: Concept 200
    """
    ones = (block[:, : len(code["levels"]) - 1] > 0.5).sum(axis=1)
    return _named(code, ones.astype(np.int32), block)


def learn_numeric(column: Column, weights: Floats, fields: Given) -> Learned:
    """A number a category: i/k in their order, or the numbers given.

    Raises
    ------
    HyperparameterError
        When only some categories have a number, or one is not finite.

    Notes: Def 194
    """
    names, spacing = _spacing(column.name, fields)
    levels = levels_of(column, names) if names else _ordered(column)
    if spacing is None:
        spacing = class_codes.evenly_spaced(len(levels))
    code = _learned(column, weights, levels, [column.name])
    mean = _mean_row(column, weights, levels, spacing[:, None])
    return code | {"spacing": spacing, "mean": mean}


def _spacing(name: str, fields: Given) -> tuple[Given, Floats | None]:
    pairs = [field.rpartition("=") for field in fields]
    if not any(middle for _, middle, _ in pairs):
        return fields, None
    try:
        numbers = np.array([float(value) for _, _, value in pairs])
        if not all(middle for _, middle, _ in pairs) or not np.isfinite(numbers).all():
            raise ValueError
    except ValueError:
        raise HyperparameterError(
            f"numeric of {name!r}: each category takes a number, as low=0,mid=2,high=3; got "
            f"{','.join(fields)!r}."
        ) from None
    return tuple(level.strip() for level, _, _ in pairs), numbers


def encode_numeric(code: Learned, column: Column) -> Floats:
    """The number of the category; an unknown one stands at the training mean.

    Notes: Def 194
    """
    classes = recode_levels(column, code["levels"])
    block = class_codes.numeric(classes, code["spacing"])
    block[classes < 0] = code["mean"]
    return _with_missing(code, classes, block)


def decode_numeric(code: Learned, block: Floats) -> NDArray[Any]:
    """The category whose number is nearest.

    Notes: Def 194
    """
    return _named(code, class_codes.from_numeric(block, code["spacing"]), block)


def learn_binary(column: Column, weights: Floats, fields: Given) -> Learned:
    """The digits of each category's number.

    Notes: Concept 202
    """
    levels = levels_of(column, fields)
    digits = class_codes.digits_of(len(levels))
    entries = [f"{column.name}: {2**d}s digit" for d in reversed(range(digits))]
    return _learned(column, weights, levels, entries)


def encode_binary(code: Learned, column: Column) -> Floats:
    """Most significant digit first; an unknown category is the number 0.

    Notes: Concept 202
    """
    classes = recode_levels(column, code["levels"])
    return _with_missing(code, classes, class_codes.binary(classes, len(code["levels"])))


def decode_binary(code: Learned, block: Floats) -> NDArray[Any]:
    """The category whose number the digits write.

    Notes: Concept 202
    """
    k = len(code["levels"])
    digits = (block[:, : class_codes.digits_of(k)] > 0.5).astype(np.float64)
    return _named(code, class_codes.from_binary(digits, k), block)


def learn_factored(column: Column, weights: Floats, fields: Given) -> Learned:
    """The parts of each category, one-hot each; the delimiter is given or guessed.

    Raises
    ------
    TableError
        When no delimiter divides every category.

    Notes: Def 201
    """
    levels = list(column.levels or ())
    delimiter = fields[0] if fields else guess_delimiter(levels)
    if delimiter is None or not any(delimiter in level for level in levels):
        shown = ", ".join(map(repr, levels[:4])) + (" …" if len(levels) > 4 else "")
        what = "No delimiter" if delimiter is None else f"{delimiter!r} does not"
        raise TableError(
            f"{what} divide{'s' if delimiter is None else ''} the categories of {column.name!r} "
            f"({shown}). Say what separates the parts, as factored:-"
        )
    found = split_levels(levels, delimiter)
    if max(map(len, found)) == 1:  # some lack it: those have a first part only
        found = split_levels(levels, delimiter, 2)
    count = max(map(len, found))
    factors = [sorted({parts[i] for parts in found if len(parts) > i}) for i in range(count)]
    entries = [
        f"{column.name}, part {i + 1}={part}" for i, each in enumerate(factors) for part in each
    ]
    code = _learned(column, weights, levels, entries)
    return code | {"delimiter": delimiter, "factors": factors}


def encode_factored(code: Learned, column: Column) -> Floats:
    """Each part one-hot: a new combination of known parts has its code all the same.

    Notes: Def 201
    """
    met = [*(column.levels or ()), *reversed(column.unseen)]
    found = split_levels(met, code["delimiter"], len(code["factors"]))
    values = np.asarray(column.values)
    blocks = []
    for i, factor in enumerate(code["factors"]):
        place = {part: at for at, part in enumerate(factor)}
        table = [place.get(parts[i], -1) if len(parts) > i else -1 for parts in found]
        classes = np.array([*table, -1], dtype=np.int32)[values]
        blocks.append(class_codes.one_hot(classes, len(factor)))
    return _with_missing(code, values, np.concatenate(blocks, axis=1))


def decode_factored(code: Learned, block: Floats) -> NDArray[Any]:
    """The parts, put together again; None where one is unknown.

    Notes: Def 201
    """
    at, parts = 0, []
    for factor in code["factors"]:
        one = {"levels": factor, "missing": False}
        parts.append(decode_one_hot(one, block[:, at : at + len(factor)]))
        at += len(factor)
    return np.array(
        [None if None in row else code["delimiter"].join(row) for row in zip(*parts, strict=True)],
        dtype=object,
    )
