"""Every member of the one table as an ONNX graph: on its own rows, and on any others."""

from __future__ import annotations

import warnings
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx_answers import check_alike, run, session_of

from members import MEMBERS, Member, rows
from pellucid import BagOfWords, FactoredCode, OneHotCode, RadialBasis, to_onnx
from pellucid.errors import FramingError, PellucidError
from pellucid.exchange.onnx.converters import CONVERTERS, REFUSALS, REFUSED_SETTINGS
from pellucid.exchange.onnx.onnx_file import packed_onnx
from pellucid.storage.registry import REGISTRY

WRITTEN = [
    member
    for member in MEMBERS
    if type(member.estimator).__name__ not in REFUSALS
    and getattr(member.estimator, "n_buckets", None) is None
]
NETWORKS = ("Network", "ConvNet", "Robust", "Autoencoder(", "Adversarial")  # each is compiled
QUICK = [m for m in WRITTEN if not any(n in m.name for n in NETWORKS) or "Linear" in m.name]


@cache
def fitted(member: Member) -> tuple[Any, Any]:
    """The fitted member and a session of its graph."""
    X, y = rows(member)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = member.estimator.fit(X, y)
    return model, session_of(packed_onnx(model))


def fed(member: Member, X: Any) -> dict[str, Any]:
    return {"x": np.array(X, dtype=object)[:, None] if member.text else np.asarray(X)}


@pytest.mark.parametrize("member", WRITTEN, ids=lambda member: member.name)
def test_a_member_answers_alike_without_python(member: Member) -> None:
    model, session = fitted(member)
    X, _ = rows(member)
    check_alike(model, run(session, fed(member, X)), X)


WORDS = st.sampled_from(["she", "She", "READS", "water", "a", "é", "Éa", "x1", "", "to_do", "日本"])
GAPS = st.sampled_from([" ", ", ", "-", "\n", "  ", "!", "'", " 🙂 "])
TEXTS = st.lists(st.tuples(WORDS, GAPS), max_size=8).map(lambda p: "".join(w + g for w, g in p))


def values_for(member: Member) -> st.SearchStrategy[Any]:
    """Rows that the member may meet: its own, moved, far off, missing; or any text."""
    if member.text:
        return st.lists(TEXTS, min_size=1, max_size=5)
    own = rows(member)[0]
    cells = [
        st.sampled_from(np.unique(column).tolist())
        | st.floats(float(column.min()) - 30, float(column.max()) + 30)
        | st.just(float("nan"))
        for column in own.T
    ]
    return st.lists(st.tuples(*cells), min_size=1, max_size=5).map(np.array)


@given(st.sampled_from(QUICK).flatmap(lambda m: st.tuples(st.just(m), values_for(m))))
@pytest.mark.filterwarnings("ignore::pellucid.errors.PellucidWarning")
def test_any_row_is_answered_alike(drawn: tuple[Member, Any]) -> None:
    """What Python refuses, the runtime refuses, or it answers NaN."""
    member, X = drawn
    model, session = fitted(member)
    asks = next(name for name in ("predict", "transform", "chance_of_real") if hasattr(model, name))
    try:
        getattr(model, asks)(X)
    except (PellucidError, ValueError):
        return
    check_alike(model, run(session, fed(member, X)), X)


def test_a_value_that_python_refuses_is_refused() -> None:
    strict = OneHotCode().fit([["red"], ["blue"]])
    session = session_of(packed_onnx(strict))
    assert run(session, {"x": np.array([["red"]], dtype=object)})["features"].tolist() == [[0, 1]]
    for cell in ("green", ""):
        with pytest.raises(Exception, match="out of data bounds"):
            run(session, {"x": np.array([[cell]], dtype=object)})


def test_every_class_is_written_or_refused_with_a_reason() -> None:
    named = {type(member.estimator).__name__ for member in MEMBERS}
    assert named <= set(CONVERTERS) | set(REFUSALS)
    assert not set(CONVERTERS) & set(REFUSALS)
    ours = {name for name in CONVERTERS if name in REGISTRY}
    others = {"BaseSearchCV", "ColumnTransformer", "FeatureUnion", "Pipeline"}
    assert set(CONVERTERS) - ours == others


@pytest.mark.filterwarnings("ignore::pellucid.errors.PellucidWarning")
def test_what_is_refused_says_why(tmp_path: Any) -> None:
    text = next(m for m in MEMBERS if type(m.estimator).__name__ == "NextToken")
    refused = {
        "BagOfWords(n_buckets=…)": BagOfWords(n_buckets=8).fit(["a b"]),
        "BagOfWords(token_pattern=…)": BagOfWords(token_pattern="[a-z]+").fit(["a b"]),
        "FactoredCode(splitter=…)": FactoredCode(splitter=lambda v: (v[0], v[1])).fit([["ab"]]),
        "RadialBasis(metric=…)": RadialBasis(metric="cosine").fit(np.ones((3, 2)) + np.eye(3, 2)),
    }
    assert set(refused) == set(REFUSED_SETTINGS)
    for key, model in refused.items():
        with pytest.raises(FramingError) as error:
            to_onnx(model, tmp_path / "model.onnx")
        assert str(error.value) == f"{key} has no ONNX export: {REFUSED_SETTINGS[key]}."
    with pytest.raises(FramingError, match=r"NextToken has no ONNX export: .*network alone"):
        packed_onnx(text.estimator)
    assert not list(tmp_path.iterdir())
