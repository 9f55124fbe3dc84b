"""Codes by name: how a column becomes numbers. Learned from training rows, then fixed.

A learned code is a dictionary of plain values. `CODES` is the door for further codes; a person
names one as `thermometer:low,mid,high`, the name first and what it needs after the colon.

Notes: Concept 192, Clar 193, Def 197, §5.3.1.3, §5.3.3
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data import category_codes, number_codes
from pellucid.data.column_codes import cyclic_codes, target_encoding, text_codes
from pellucid.data.table import Column, Kind
from pellucid.errors import HyperparameterError

Floats = NDArray[np.float64]
Learned = dict[str, Any]
CodeArguments = tuple[str, ...]


@dataclass(frozen=True)
class Code:
    """A code of one column: what it needs, and three pure functions.

    Parameters
    ----------
    kind : Kind
        What the column is read as.
    learn : callable (Column, weights, fields) -> dict
        `fields` is what stands after the colon.
    encode : callable (dict, Column) -> ndarray (n, m)
    decode : callable (dict, ndarray (n, m)) -> ndarray (n,)
    takes : str
        What may stand after the colon, in words; empty for nothing.
    unknown : str
        Where a category not met in training stands, as a sentence ends.
    of_target : bool
        Whether it is learned from the target, and so cross-fitted on training rows.

    Notes: Concept 192
    """

    kind: Kind
    learn: Callable[[Column, Floats, CodeArguments], Learned]
    encode: Callable[[Learned, Column], Floats]
    decode: Callable[[Learned, Floats], NDArray[Any]]
    takes: str = ""
    unknown: str = "are encoded as all zeros"
    of_target: bool = False


AT_MEAN = "stand at the training mean"
LEVELS = "the categories in order, as low,mid,high"
CODES: dict[str, Code] = {
    "standardize": Code(
        Kind.NUMERIC,
        number_codes.learn_standardized,
        number_codes.encode_numbers,
        number_codes.decode_numbers,
    ),
    "center": Code(
        Kind.NUMERIC,
        number_codes.learn_centred,
        number_codes.encode_numbers,
        number_codes.decode_numbers,
    ),
    "number": Code(
        Kind.NUMERIC,
        number_codes.learn_kept,
        number_codes.encode_numbers,
        number_codes.decode_numbers,
    ),
    "bins": Code(
        Kind.NUMERIC,
        number_codes.learn_bins,
        number_codes.encode_bins,
        number_codes.decode_bins,
        "the edges, as 18,21; or quantile,4; or equal,4",
    ),
    "dates": Code(
        Kind.DATE,
        number_codes.learn_dates,
        number_codes.encode_dates,
        number_codes.decode_dates,
    ),
    "two-valued": Code(
        Kind.BINARY,
        category_codes.learn_two_valued,
        category_codes.encode_two_valued,
        category_codes.decode_two_valued,
        unknown=AT_MEAN,
    ),
    "one-hot": Code(
        Kind.CATEGORY,
        category_codes.learn_one_hot,
        category_codes.encode_one_hot,
        category_codes.decode_one_hot,
        LEVELS,
    ),
    "thermometer": Code(
        Kind.CATEGORY,
        category_codes.learn_thermometer,
        category_codes.encode_thermometer,
        category_codes.decode_thermometer,
        LEVELS,
        AT_MEAN,
    ),
    "numeric": Code(
        Kind.CATEGORY,
        category_codes.learn_numeric,
        category_codes.encode_numeric,
        category_codes.decode_numeric,
        f"{LEVELS}; or their numbers, as low=0,mid=2,high=3",
        AT_MEAN,
    ),
    "factored": Code(
        Kind.CATEGORY,
        category_codes.learn_factored,
        category_codes.encode_factored,
        category_codes.decode_factored,
        "what separates the parts, as factored:-",
        "have zeros for the part that is new",
    ),
    "binary": Code(
        Kind.CATEGORY,
        category_codes.learn_binary,
        category_codes.encode_binary,
        category_codes.decode_binary,
        LEVELS,
    ),
    "rare": Code(
        Kind.CATEGORY,
        target_encoding.learn_rare,
        target_encoding.encode_rare,
        target_encoding.decode_rare,
        "how many values keep a column of their own, as rare:30",
        "stand among the rare ones",
    ),
    "target-mean": Code(
        Kind.CATEGORY,
        target_encoding.learn_target_mean,
        target_encoding.encode_target_mean,
        target_encoding.decode_target_mean,
        unknown="stand at the overall mean",
        of_target=True,
    ),
    "text": Code(
        Kind.TEXT,
        text_codes.learn_text,
        text_codes.encode_text,
        text_codes.decode_text,
        "how many axes, as text:8",
    ),
    "circle": Code(
        Kind.NUMERIC,
        cyclic_codes.learn_circle,
        cyclic_codes.encode_circle,
        cyclic_codes.decode_circle,
        "the period, and how many waves, as circle:24,3",
    ),
}
MANY = ("rare", "target-mean")  # codes whose width does not grow with the number of levels

DEFAULT_CODES: dict[Kind, str] = {
    Kind.NUMERIC: "standardize",
    Kind.DATE: "dates",
    Kind.BINARY: "two-valued",
    Kind.CATEGORY: "one-hot",
}


def code_of(learned: Learned) -> Code:
    """The code that a learned dictionary belongs to; model files of old name only the kind.

    Notes: Concept 192
    """
    return CODES[learned.get("code") or DEFAULT_CODES[Kind(learned["kind"])]]


def parse_code(code_text: str) -> tuple[str, CodeArguments]:
    """Name and arguments of a code as a person spells it.

    Raises
    ------
    HyperparameterError
        When there is no such code, or it takes no arguments.

    Examples
    --------
    >>> parse_code("thermometer:low, mid, high")
    ('thermometer', ('low', 'mid', 'high'))
    >>> parse_code('one-hot:"red, dark",blue')
    ('one-hot', ('red, dark', 'blue'))

    Notes: Concept 192
    """
    name, _, rest = code_text.partition(":")
    name = name.strip()
    if name not in CODES:
        raise HyperparameterError(f"There is no code {name!r}; there are {', '.join(CODES)}.")
    if not rest:
        return name, ()
    if not CODES[name].takes:
        raise HyperparameterError(f"The code {name} takes nothing after a colon; got {rest!r}.")
    if name == "factored":
        return name, (rest,)
    fields = tuple(_field(found) for found in re.finditer(FIELD, rest))
    if "" in fields:
        raise HyperparameterError(f"The code {name} has an empty place between commas: {rest!r}.")
    return name, fields


# In quotes, which are doubled inside, or up to the next comma; the spaces around do not count.
FIELD = r'(?:\A|,)\s*(?:"((?:[^"]|"")*)"|([^,]*?))\s*(?=,|\Z)'


def _field(match: re.Match[str]) -> str:
    quoted = match[1]
    return match[2] if quoted is None else quoted.replace('""', '"')


def format_code(name: str, arguments: CodeArguments) -> str:
    """The inverse of `parse_code`.

    Examples
    --------
    >>> format_code("one-hot", ("red, dark", "blue"))
    'one-hot:"red, dark",blue'

    Notes: Concept 192
    """
    fields = [
        f'"{g.replace(chr(34), chr(34) * 2)}"' if set(g) & set(',"') or g != g.strip() else g
        for g in arguments
    ]
    return (
        f"{name}:{','.join(fields) if name != 'factored' else arguments[0]}" if arguments else name
    )
