"""Pipelines as ONNX graphs: ours and scikit-learn's steps in any mixture, by either converter."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from onnx_answers import check_alike, run, session_of
from sklearn.base import is_classifier
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer, make_column_transformer
from sklearn.ensemble import StackingRegressor
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KernelDensity
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler, OneHotEncoder, StandardScaler

from pellucid import (
    BagOfWords,
    BoostedTreesClassifier,
    BoostedTreesRegressor,
    CurvesClassifier,
    Dates,
    FactoredCode,
    ForestClassifier,
    ForestRegressor,
    KMeans,
    LeastSquares,
    LogisticClassifier,
    NearestNeighborRegressor,
    OneHotCode,
    PolynomialBasis,
    RadialBasis,
    Ridge,
    SigmoidsClassifier,
    SoftmaxClassifier,
    Standardize,
    StrongestMonomials,
    TableEncoder,
    ThermometerCode,
)
from pellucid.data.column_values import ColumnValues
from pellucid.errors import FramingError, MissingExtraError
from pellucid.exchange import register_onnx_converters
from pellucid.exchange.onnx.onnx_file import packed_onnx
from pellucid.linear.transformed_target import TransformedTarget

RANDOM = np.random.default_rng(0)
N = 120
DAYS = np.datetime64("2019-12-20") + RANDOM.integers(0, 900, N).astype("m8[D]")
FRAME = pd.DataFrame(
    {
        "a": RANDOM.normal(size=N),
        "size": RANDOM.choice(["low", "mid", "high"], N),
        "b": RANDOM.normal(5, 3, N),
        "day": DAYS,
        "town": RANDOM.choice(["Bonn", "Köln", "New York"], N),
    }
)
X = FRAME[["a", "b"]].to_numpy()
Y = X @ [1.0, 0.3] + 2 * (FRAME["size"] == "low").to_numpy() + RANDOM.normal(size=N) / 5
LABEL = np.array(["no", "yes"])[(np.median(Y) < Y).astype(int)]
THREE = np.array(["p", "q", "r"])[np.searchsorted(np.quantile(Y, [0.3, 0.7]), Y)]
WORDS = ["She", "reads", "a", "Über", "book", "x1", "été"]
TEXTS = [" ".join(RANDOM.choice(WORDS, 6)) for _ in range(N)]
COLUMNS = ColumnTransformer(
    [
        ("numbers", Standardize(), ["a", "b"]),
        ("one-hot", OneHotCode(), ["size"]),
        ("steps", ThermometerCode(), slice("size", "size")),
        ("kept", "passthrough", [0]),
        ("gone", "drop", ["town"]),
    ]
)
PLAIN = ColumnTransformer([("n", Standardize(), ["a", "b"]), ("c", OneHotCode(), ["size"])])
UNION = FeatureUnion(
    [("near", RadialBasis(5)), ("products", StrongestMonomials(4)), ("kept", "passthrough")],
    transformer_weights={"near": 2.0},
)
# What is fitted, to which rows and answers.
PIPELINES: dict[str, tuple[Any, Any, Any]] = {
    "scaled": (make_pipeline(Standardize(), Ridge()), X, Y),
    "nothing first": (Pipeline([("none", "passthrough"), ("model", Ridge())]), X, Y),
    "distances": (make_pipeline(KMeans(3), Ridge()), X, Y),
    "columns": (make_pipeline(COLUMNS, LogisticClassifier()), FRAME, LABEL),
    "plain columns": (make_pipeline(PLAIN, SoftmaxClassifier()), FRAME, THREE),
    "union": (make_pipeline(UNION, Ridge()), X, Y),
    "table": (make_pipeline(TableEncoder(), Ridge()), FRAME, Y),
    "whole columns": (make_pipeline(ColumnValues(), BoostedTreesClassifier(20)), FRAME, THREE),
    "trees of a frame": (BoostedTreesClassifier(20), FRAME.drop(columns="day"), LABEL),
    "forest of a frame": (ForestRegressor(20), FRAME.drop(columns="day"), Y),
    "forest of two classes": (ForestClassifier(20), FRAME.drop(columns="day"), LABEL),
    "forest of three classes": (ForestClassifier(20), FRAME.drop(columns="day"), THREE),
    "curves of a frame": (CurvesClassifier(), FRAME.drop(columns="day"), LABEL),
    "a search": (GridSearchCV(make_pipeline(Standardize(), Ridge()), {"ridge__lam": [1.0]}), X, Y),
    "parts of names": (
        make_pipeline(FactoredCode(missing="ignore", unseen="ignore", delimiter=" "), Ridge()),
        FRAME[["town"]],
        Y,
    ),
    "words": (make_pipeline(BagOfWords(sparse_output=False), Ridge()), TEXTS, Y),
    "pairs of words": (
        make_pipeline(BagOfWords("tf-idf", ngram_range=(1, 3), unseen="feature"), Ridge()),
        TEXTS,
        Y,
    ),
    "a transformed target": (TransformedTarget(Ridge(), scale="log"), X, np.exp(Y / 4)),
    "theirs, then ours": (
        make_pipeline(MinMaxScaler(), PolynomialBasis(3, domain="scaled"), Ridge()),
        X,
        Y,
    ),
    "ours, then theirs": (make_pipeline(Standardize(), LogisticRegression()), X, LABEL),
    "their columns": (
        make_pipeline(
            make_column_transformer((StandardScaler(), ["a"]), (OneHotEncoder(), ["town"])),
            SoftmaxClassifier(),
        ),
        FRAME,
        THREE,
    ),
    "calibrated": (CalibratedClassifierCV(LogisticClassifier(threshold=0.4), cv=2), X, LABEL),
    "calibrated scores": (CalibratedClassifierCV(SigmoidsClassifier(), cv=2), X, THREE),
    "stacked": (
        StackingRegressor(
            [("a", Ridge()), ("b", NearestNeighborRegressor())], final_estimator=LeastSquares()
        ),
        X,
        Y,
    ),
}


def feed_of(session: Any, rows: Any) -> dict[str, Any]:
    """Rows by the names and types of the inputs."""
    feed = {}
    for each in session.get_inputs():
        held = rows[[each.name]] if hasattr(rows, "columns") and each.name != "x" else rows
        held = np.asarray(held.astype(str) if hasattr(held, "columns") else held, dtype=object)
        held = held[:, None] if held.ndim == 1 else held
        feed[each.name] = held if "string" in each.type else held.astype(np.float64)
    return feed


@pytest.mark.filterwarnings("ignore::pellucid.errors.PellucidWarning")
@pytest.mark.parametrize("name", PIPELINES)
def test_a_pipeline_answers_alike(name: str) -> None:
    pipeline, rows, y = PIPELINES[name]
    model = pipeline.fit(rows, y)
    session = session_of(packed_onnx(model))
    check_alike(model, run(session, feed_of(session, rows)), rows)


BY_SKL2ONNX = (
    *("scaled", "theirs, then ours", "a search", "calibrated", "calibrated scores", "stacked"),
    "plain columns",
)


@pytest.mark.parametrize("name", BY_SKL2ONNX)
def test_skl2onnx_writes_pipelines_with_ours_inside(name: str) -> None:
    import skl2onnx

    register_onnx_converters()
    pipeline, rows, y = PIPELINES[name]
    rows = rows.drop(columns=["day"]) if hasattr(rows, "columns") else rows
    model = pipeline.fit(rows, y)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        plain = {"zipmap": False} if is_classifier(model) else None
        made = skl2onnx.to_onnx(model, rows[:3], options=plain)
    session = session_of(made.SerializeToString())
    given = session.get_inputs()
    feed = {given[0].name: rows} if len(given) == 1 else feed_of(session, rows)
    found = session.run(None, feed)
    asked = model.predict(rows)
    if asked.dtype.kind == "f":
        np.testing.assert_allclose(found[0].ravel(), asked, rtol=1e-5, atol=1e-5)
    else:
        assert (found[0] == asked).all()
        np.testing.assert_allclose(found[1], model.predict_proba(rows), rtol=1e-5, atol=1e-5)


@pytest.mark.filterwarnings("ignore::pellucid.errors.PellucidWarning")
def test_skl2onnx_writes_trees_by_the_operators_it_knows() -> None:
    import skl2onnx

    register_onnx_converters()
    frame, gaps = FRAME.drop(columns="day"), X.copy()
    gaps[::7, 0] = np.nan
    for rows, y in ((frame, THREE), (gaps, LABEL)):
        model = BoostedTreesClassifier(10).fit(rows, y)
        types = _types(rows)
        made = skl2onnx.convert_sklearn(model, initial_types=types, target_opset=20)
        session = session_of(made.SerializeToString())
        found = session.run(None, feed_of(session, rows))
        np.testing.assert_allclose(found[1], model.predict_proba(rows), rtol=1e-5, atol=1e-5)
    amounts = BoostedTreesRegressor(10).fit(X, Y)
    made = skl2onnx.to_onnx(amounts, X[:3])
    found = session_of(made.SerializeToString()).run(None, {"X": X})
    np.testing.assert_allclose(found[0].ravel(), amounts.predict(X), rtol=1e-5, atol=1e-5)


def _types(rows: Any) -> list[tuple[str, Any]]:
    from skl2onnx.common.data_types import DoubleTensorType, StringTensorType

    if not hasattr(rows, "columns"):
        return [("x", DoubleTensorType([None, rows.shape[1]]))]
    held = {True: StringTensorType, False: DoubleTensorType}
    return [(name, held[rows[name].dtype.kind != "f"]([None, 1])) for name in rows.columns]


def test_text_asks_skl2onnx_for_a_newer_opset() -> None:
    import skl2onnx

    register_onnx_converters()
    model = BagOfWords(sparse_output=False).fit(TEXTS)
    strings = skl2onnx.common.data_types.StringTensorType([None, 1])
    with pytest.raises(FramingError, match=r"Equal needs version 19 of ai\.onnx; at most 17"):
        skl2onnx.convert_sklearn(model, initial_types=[("text", strings)], target_opset=17)


def test_dates_are_text_where_an_example_says_so() -> None:
    texts = [["2024-02-29"], ["1999-12-31 23:30"], ["2024-03-01T00:00:15.5"]]
    model = Dates().fit(np.array(texts, dtype=object))
    found = run(session_of(packed_onnx(model, example=texts)), {"x": np.array(texts, dtype=object)})
    np.testing.assert_allclose(found["features"], model.transform(texts), atol=1e-9)
    days = np.array([[19_782.25], [-365.0]])
    found = run(session_of(packed_onnx(model)), {"x": days})
    np.testing.assert_allclose(found["features"], Dates().fit_transform(days), atol=1e-9)


def test_what_nobody_converts_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    odd = make_pipeline(FunctionTransformer(np.sinh), Ridge()).fit(X, Y)
    with pytest.raises(FramingError, match="FunctionTransformer has no ONNX export: neither"):
        packed_onnx(odd)
    with pytest.raises(FramingError, match="KernelDensity has no ONNX export"):
        packed_onnx(KernelDensity().fit(X))
    with pytest.raises(FramingError, match="'size' is text, and what reads it takes numbers"):
        packed_onnx(Ridge().fit(X, Y), example=FRAME[["size", "a"]])
    monkeypatch.setattr("pellucid.exchange.onnx.other_packages.find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match="MinMaxScaler is no estimator of Pellucid"):
        packed_onnx(make_pipeline(MinMaxScaler(), Ridge()).fit(X, Y))
    monkeypatch.setattr("pellucid.exchange.onnx.registration.find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match="skl2onnx"):
        register_onnx_converters()
