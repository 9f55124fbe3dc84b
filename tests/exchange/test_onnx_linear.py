"""Every linear model as an ONNX file: the same predictions without Python."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx_answers import answers

from members import PREDICTORS, Member, rows
from pellucid import LogisticClassifier, NextToken, Ridge, SigmoidsClassifier, to_onnx
from pellucid.errors import FramingError, MissingExtraError, OutputError
from pellucid.exchange.onnx.onnx_file import packed_onnx

OTHERS = ("NearestNeighbor", "MeanBaseline", "MajorityBaseline")
LINEAR = [
    each
    for each in PREDICTORS
    if type(each.estimator).__module__.startswith("pellucid.linear")
    and not each.name.startswith(OTHERS)
]


def agrees(model: Any, X: Any) -> None:
    found = answers(packed_onnx(model), X)
    if "prediction" in found:
        np.testing.assert_allclose(found["prediction"], model.predict(X), rtol=1e-10, atol=1e-10)
        return
    assert (found["label"] == model.predict(X)).all()
    if "score" in found:
        np.testing.assert_allclose(found["score"], model.decision_function(X), atol=1e-10)
    else:
        np.testing.assert_allclose(found["probabilities"], model.predict_proba(X), atol=1e-10)


@pytest.mark.parametrize("member", LINEAR, ids=lambda member: member.name)
def test_linear_models_answer_alike(member: Member) -> None:
    X, y = rows(member)
    agrees(member.estimator.fit(X, y), X)


def test_several_answers_labels_and_a_threshold() -> None:
    random = np.random.default_rng(0)
    X = random.normal(size=(80, 3))
    s = X @ [1.0, 2.0, -1.0] + random.normal(size=80)
    agrees(Ridge().fit(X, np.c_[s, -s]), X)
    agrees(LogisticClassifier(threshold=0.9).fit(X, s > 0), X)
    agrees(SigmoidsClassifier(threshold=0.3).fit(X, np.c_[s > 0, s > 1].astype(int)), X)
    agrees(SigmoidsClassifier().fit(X, np.digitize(s, [-1, 1])), X)


def test_the_same_model_gives_the_same_bytes(tmp_path: Path) -> None:
    model = Ridge().fit([[0.0], [1.0]], [0.0, 1.0])
    to_onnx(model, tmp_path / "ridge.onnx")
    assert (tmp_path / "ridge.onnx").read_bytes() == packed_onnx(model)


def test_what_cannot_be_written_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = Ridge().fit([[0.0], [1.0]], [0.0, 1.0])
    with pytest.raises(FramingError, match="has no ONNX export"):
        packed_onnx(NextToken())
    with pytest.raises(Exception, match="not fitted"):
        packed_onnx(Ridge())
    with pytest.raises(OutputError):
        to_onnx(model, tmp_path)  # a folder, not a file
    monkeypatch.setattr("pellucid.exchange.onnx.onnx_file.find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r'pip install "pellucid\[onnx\]"'):
        to_onnx(model, tmp_path / "ridge.onnx")
