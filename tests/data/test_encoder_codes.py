"""`TableEncoder` with every code by name: learned, applied, undone, kept, and refused by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pellucid import TableEncoder, load_model, read_table, save_model
from pellucid.data.column_code import CODES
from pellucid.errors import (
    CodeWarning,
    ColumnError,
    HyperparameterError,
    TableError,
    UnseenCategoryWarning,
)
from pellucid.features import ThermometerCode

FRAME = pd.DataFrame(
    {
        "size": ["S", "M", "L", None, "M", "S"],
        "place": ["N-day", "S-day", "N-night", "S-night", "N-day", "S-day"],
        "mass": [1.0, 2.0, 4.0, np.nan, 8.0, 16.0],
        "when": pd.date_range("2024-01-01", periods=6),
    }
)
SPELLED = {
    "size": ["one-hot", "one-hot:L,M,S", "thermometer", "thermometer:L,M,S", "numeric",
             "numeric:S=0,M=2,L=3", "binary"],
    "place": ["one-hot", "factored", "factored:-", "thermometer:N-day,N-night,S-day,S-night"],
    "mass": ["standardize", "center", "number", "bins", "bins:3,9", "bins:equal,3",
             "bins:quantile,2"],
    "when": ["dates"],
}  # fmt: skip
EVERY = [(column, code) for column, codes in SPELLED.items() for code in codes]


def test_every_code_of_a_table_is_tried_here() -> None:
    tried = {code.partition(":")[0] for _, code in EVERY} | {"two-valued"}
    tried |= {"rare", "target-mean", "text", "circle"}  # in test_codes_of_many_values.py
    assert tried == set(CODES)


@pytest.mark.filterwarnings("ignore::pellucid.errors.CodeWarning")
@pytest.mark.parametrize(("column", "code"), EVERY)
def test_a_code_is_learned_applied_undone_and_kept(column: str, code: str, tmp_path: Path) -> None:
    encoder = TableEncoder(codes={column: code}).fit(FRAME)
    rows = encoder.transform(FRAME)
    assert rows.shape == (6, len(encoder.get_feature_names_out()))
    assert np.isfinite(rows).all()
    learned = next(c for c in encoder.codes_ if c["column"] == column)
    assert learned["code"] == code.partition(":")[0]
    assert learned["reason"] == "As you said."
    assert learned["reason"] in str(encoder.explain())
    back = encoder.inverse_transform(rows)[:, FRAME.columns.get_loc(column)]
    if not code.startswith("bins"):
        for value, wanted in zip(back, FRAME[column], strict=True):
            assert value == wanted or (pd.isna(value) and pd.isna(wanted)), (value, wanted)
    save_model(encoder, tmp_path / "e.pellucid")
    np.testing.assert_array_equal(load_model(tmp_path / "e.pellucid").transform(FRAME), rows)


def test_a_thermometer_in_a_table_is_the_thermometer_code() -> None:
    full = FRAME.dropna()
    encoder = TableEncoder().fit(full[["size"]])
    code = ThermometerCode(include_constant=False).fit(full[["size"]])
    np.testing.assert_array_equal(encoder.transform(full[["size"]]), code.transform(full[["size"]]))
    assert encoder.get_feature_names_out().tolist() == code.get_feature_names_out().tolist()
    assert "Ordered by name (size: S < M < L)" in encoder.codes_[0]["reason"]


def test_unknown_values_stand_where_they_mislead_least() -> None:
    """A row of zeros would be the lowest class of a thermometer: the training mean is no class."""
    train = pd.DataFrame({"size": ["S", "M", "L", "L"]})
    encoder = TableEncoder().fit(train)
    with pytest.warns(UnseenCategoryWarning, match="'XL'; they stand at the training mean"):
        rows = encoder.transform(pd.DataFrame({"size": ["XL", "S"]}))
    assert rows.tolist() == [[0.75, 0.5], [0.0, 0.0]]
    numbers = TableEncoder(codes={"size": "numeric:S=0,M=2,L=3"}).fit(train)
    with pytest.warns(UnseenCategoryWarning):
        assert numbers.transform(pd.DataFrame({"size": ["XL"]})).tolist() == [[2.0]]


def test_a_new_combination_of_known_parts_has_its_code() -> None:
    train = pd.DataFrame({"p": ["N-day", "S-day", "N-night"]})
    encoder = TableEncoder(codes={"p": "factored"}).fit(train)
    rows = encoder.transform(pd.DataFrame({"p": ["S-night"]}))
    assert encoder.inverse_transform(rows).tolist() == [["S-night"]]
    with pytest.warns(UnseenCategoryWarning, match="'W-day'; they have zeros for the part"):
        encoder.transform(pd.DataFrame({"p": ["W-day"]}))


def test_numbers_can_be_coded_as_classes_and_back_as_in_training() -> None:
    ratings = pd.DataFrame({"r": [1, 2, 3, 10, 2, 1]})
    encoder = TableEncoder(codes={"r": "thermometer"}).fit(read_table(ratings))
    assert encoder.get_feature_names_out().tolist() == ["r≥2", "r≥3", "r≥10"]
    assert encoder.transform(pd.DataFrame({"r": [10, 3]})).tolist() == [[1, 1, 1], [1, 1, 0]]
    assert encoder.transform(read_table(ratings)).tolist()[3] == [1, 1, 1]


@pytest.mark.parametrize(
    ("codes", "kind", "says"),
    [
        ({"size": "thermometer:S,M"}, HyperparameterError, "'size' also holds 'L'"),
        ({"size": "one-hot:S,M,L,S"}, HyperparameterError, "'size' hold 'S' twice"),
        ({"size": "numeric:S=0,M,L=3"}, HyperparameterError, "each category takes a number"),
        ({"size": "numeric:S=0,M=x,L=3"}, HyperparameterError, "each category takes a number"),
        ({"size": "two-valued"}, HyperparameterError, "'size' has 3 different values"),
        ({"place": "thermometer"}, TableError, "show no order"),
        ({"size": "factored"}, TableError, "No delimiter divides"),
        ({"size": "factored:/"}, TableError, "'/' does not divide"),
        ({"size": "standardize"}, ColumnError, "'size' should hold numbers, but row 1 holds 'S'"),
        ({"size": "dates"}, ColumnError, "should hold dates, but row 1 holds 'S'"),
        ({"mass": "bins:9,3"}, HyperparameterError, "numbers that rise"),
        ({"mass": "bins:a"}, HyperparameterError, "numbers that rise"),
        ({"mass": "bins:equal,1"}, HyperparameterError, "from 2 to 1,000"),
        ({"weight": "bins"}, ColumnError, "no column 'weight'"),
        ({"mass": "bins", 3: "x"}, HyperparameterError, "codes must be a dict"),
        ("one-hot", HyperparameterError, "codes must be a dict"),
    ],
)
def test_a_code_that_does_not_fit_is_refused_by_name(codes: Any, kind: Any, says: str) -> None:
    with pytest.raises(kind, match=says):
        TableEncoder(codes=codes).fit(FRAME)


def test_a_model_file_of_old_names_only_kinds() -> None:
    """What `fit` learned before codes had names is read as the usual code of each kind."""
    encoder = TableEncoder().fit(FRAME[["place", "mass"]])
    wanted = encoder.transform(FRAME[["place", "mass"]])
    for learned in encoder.codes_:
        for later in ("code", "spelled", "reason"):
            del learned[later]
    np.testing.assert_array_equal(encoder.transform(FRAME[["place", "mass"]]), wanted)
    assert "categories →" in str(encoder.explain())


def test_binary_code_warns_with_the_measured_reason() -> None:
    """Concept 202: in a table as by itself."""
    with pytest.warns(CodeWarning, match=r"3 digits of the 4 classes of 'place'.*follow 100%"):
        TableEncoder(codes={"place": "binary"}).fit(FRAME)
