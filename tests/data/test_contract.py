"""Weights, labels, output names, magnitudes: judged in one place, alike for every member."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sklearn.base import clone

from members import MEMBERS, PREDICTORS, Member, rows
from pellucid import LogisticClassifier, NetworkClassifier, SoftmaxCV, TableEncoder
from pellucid.data.encoded_names import distinct_names
from pellucid.data.label_encoding import MANY, encode_labels
from pellucid.data.sample_weights import checked_weights, class_weights, relative_weights
from pellucid.errors import HyperparameterError, LabelError, PellucidError, WeightError

pytestmark = pytest.mark.filterwarnings("ignore::pellucid.errors.PellucidWarning")
SLOW = ("Network", "ConvNet", "Robust", "Autoencoder", "NextToken", "EncoderDecoder", "Pair")
QUICK = [m for m in PREDICTORS if not any(word in m.name for word in SLOW)]
BAD_WEIGHTS = (-1.0, np.nan, np.inf)


@pytest.mark.parametrize("member", QUICK, ids=lambda m: m.name)
def test_a_weight_that_is_none_is_named_with_its_row(member: Member) -> None:
    X, y = rows(member, n=40)
    for bad in BAD_WEIGHTS:
        weights = np.ones(40)
        weights[7] = bad
        with pytest.raises(WeightError, match="row 7"):
            clone(member.estimator).fit(X, y, sample_weight=weights)
    with pytest.raises(WeightError, match="all zero"):
        clone(member.estimator).fit(X, y, sample_weight=np.zeros(40))


COUNTED = ("Neighbor", "Cluster", "KMeans", "ThenModel")


@pytest.mark.parametrize("size", [1e-300, 1e-200, 1e200, 1e300])
def test_equal_weights_of_any_size_change_nothing(size: float) -> None:
    for member in QUICK:
        if any(
            word in member.name for word in ("Neighbor", "Cluster", "KMeans", "ThenModel", "Curves")
        ):
            continue  # there a weight is a count
        X, y = rows(member, n=60)
        plain = clone(member.estimator).fit(X, y)
        heavy = clone(member.estimator).fit(X, y, sample_weight=np.full(60, size))
        one, other = plain.predict(X), heavy.predict(X)
        if one.dtype.kind == "f":
            np.testing.assert_allclose(one, other, rtol=1e-6, err_msg=member.name)
        else:
            assert (one == other).mean() > 0.95, member.name


@given(st.lists(st.floats(0, 1e300), min_size=1, max_size=8))
@example([7.204234987337435e299, 2.1547630518026096e-18])
@settings(deadline=None)
def test_relative_weights_keep_every_ratio(given_weights: list[float]) -> None:
    if not any(given_weights):
        return
    weights = relative_weights(given_weights, len(given_weights))
    assert 2.0**-101 <= weights.max() <= 2.0**101
    largest = max(given_weights)
    # Below 2.2e-308 numbers lie 5e-324 apart: a ratio down there keeps no more digits than that.
    np.testing.assert_allclose(
        weights / weights.max(), np.array(given_weights) / largest, rtol=1e-15, atol=2.0**-1072
    )
    assert checked_weights(given_weights, len(weights)).tolist() == given_weights


@pytest.mark.parametrize("bad", [-1.0, np.nan, np.inf, "3", None, True])
@pytest.mark.parametrize("model", [LogisticClassifier(), NetworkClassifier(), SoftmaxCV()])
def test_a_class_weight_that_is_none_is_named_with_its_class(model: Any, bad: Any) -> None:
    X, y = np.random.default_rng(0).normal(size=(30, 2)), np.array(["no", "yes"] * 15)
    model.set_params(class_weight={"no": bad, "yes": 1.0})
    with pytest.raises(HyperparameterError, match=r"class_weight.*'no'"):
        model.fit(X, y)


def test_class_weights_by_name() -> None:
    classes, codes = np.array(["a", "b"]), np.array([0, 1, 1])
    assert class_weights({"a": 4}, classes, codes, np.ones(3)).tolist() == [4.0, 1.0]
    balanced = class_weights("balanced", classes, codes, np.array([2.0, 1.0, 1.0]))
    assert balanced.tolist() == [1.0, 1.0]
    with pytest.raises(HyperparameterError, match="names a class 'A'"):
        class_weights({"A": 4}, classes, codes, np.ones(3))
    with pytest.raises(HyperparameterError, match="0 for every class"):
        class_weights({"a": 0, "b": 0}, classes, codes, np.ones(3))


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (["a", "b", None, "a"], "Row 2 has no label"),
        (["a", float("nan"), "b", "a"], "Row 1 has no label"),
        (["a", pd.NA, "b", "a"], "Row 1 has no label"),
        (["a", "b", 1, "a"], "two kinds: 'a' in row 0 is text, 1 in row 2 is numbers"),
        ([True, False, "b", "a"], "two kinds"),
        ([1, 2, b"x", 1], "two kinds"),
        ([0.1, 0.2, 0.3, 0.4], "quantities"),
    ],
)
def test_labels_of_mixed_kinds_are_named_by_row(labels: list[Any], message: str) -> None:
    y = np.empty(4, dtype=object)
    y[:] = labels
    with pytest.raises(LabelError, match=message):
        encode_labels(y if isinstance(labels[0], str | int) else np.array(labels))
    if labels[1] is pd.NA or isinstance(labels[1], float):
        return  # scikit-learn finds these before we do
    X = np.random.default_rng(0).normal(size=(4, 2))
    for member in QUICK:
        if "labels" in member.answers and "cv" not in member.estimator.get_params():
            with pytest.raises(LabelError, match=message):
                clone(member.estimator).fit(X, y)


@given(
    st.sampled_from(["bool", "int8", "uint8", "int16", "int64", "uint64"]),
    st.integers(0, 100),
    st.integers(1, 300),
    st.integers(0, 99),
)
def test_whole_numbers_that_are_counted_are_those_that_are_sorted(
    dtype: str, percent: int, span: int, seed: int
) -> None:
    if dtype == "bool":
        low, span = 0, min(span, 2)
    else:
        kind = np.iinfo(dtype)
        span = min(span, kind.max)
        low = int(kind.min) + (int(kind.max) - int(kind.min) - span) * percent // 100
    drawn = np.random.default_rng(seed).integers(0, span, MANY + 1)
    y = np.array([low + int(v) for v in drawn], dtype=dtype)
    classes, codes = encode_labels(y)
    sorted_classes, sorted_codes = np.unique(y, return_inverse=True)
    assert classes.dtype == y.dtype
    np.testing.assert_array_equal(classes, sorted_classes)
    np.testing.assert_array_equal(codes, sorted_codes)


@given(st.lists(st.sampled_from(["a", "a (2)", "b", "a (3)", ""]), max_size=8))
def test_names_that_come_out_differ(names: list[str]) -> None:
    found = distinct_names(names).tolist()
    assert len(set(found)) == len(names)
    for given_name, name in zip(names, found, strict=True):
        assert name.startswith(given_name)
    assert distinct_names(found).tolist() == found


def test_a_data_frame_takes_the_encoders_output() -> None:
    frame = pd.DataFrame({"a": [1.0, None] * 10, "a is missing": [1.0, 2.0] * 10})
    encoded = TableEncoder().set_output(transform="polars").fit(frame).transform(frame)
    assert len(set(encoded.columns)) == encoded.shape[1]


@pytest.mark.parametrize(
    "member",
    [m for m in MEMBERS if hasattr(m.estimator, "predict_proba") or "labels" in m.answers],
    ids=lambda m: m.name,
)
def test_logarithms_of_chances_are_those_of_the_chances(member: Member) -> None:
    X, y = rows(member)
    h = clone(member.estimator)
    if "epochs" in h.get_params():
        h.set_params(epochs=2)
    h.fit(X, y)
    assert hasattr(h, "predict_proba") == hasattr(h, "predict_log_proba")
    if hasattr(h, "predict_proba"):
        with np.errstate(divide="ignore"):
            wanted = np.log(h.predict_proba(X))
        np.testing.assert_allclose(h.predict_log_proba(X), wanted, rtol=1e-9, atol=1e-12)


def test_logarithms_stay_finite_where_chances_vanish() -> None:
    X, y = np.array([[-1.0], [1.0], [-2.0], [2.0]]), np.array([0, 1, 0, 1])
    for model in (LogisticClassifier(), SoftmaxCV(cv=2)):
        logs = model.fit(X, y).predict_log_proba(np.array([[1e6], [-1e6]]))
        assert np.isfinite(logs).all()
        assert logs.min() < -1e4


@pytest.mark.parametrize("member", [m for m in MEMBERS if not any(w in m.name for w in SLOW)
                                    and not m.text], ids=lambda m: m.name)  # fmt: skip
def test_any_scale_is_right_or_refused(member: Member) -> None:
    """From 1e-300 to 1e300: finite answers without a floating-point fault, or an error of ours."""
    X, y = rows(member)
    for scale in (1e-300, 1e-200, 1e-155, 1e155, 1e200, 1e300):
        model = clone(member.estimator)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                with np.errstate(over="raise", divide="raise", invalid="raise"):
                    model.fit(X * scale, y)
                    answer = getattr(model, "transform" if member.answers == "columns" else
                                     "predict")(X * scale)  # fmt: skip
            except PellucidError:
                continue
        answer = answer.toarray() if hasattr(answer, "toarray") else np.asarray(answer)
        assert answer.dtype.kind != "f" or np.isfinite(answer).all()
