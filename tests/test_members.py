"""What every estimator of the package holds to, from the one table of them all."""

from __future__ import annotations

import html
import inspect
import os
import pickle
import subprocess
import sys
import warnings
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.base import BaseEstimator, clone
from sklearn.callback import CallbackSupportMixin, ScoringMonitor
from sklearn.exceptions import NotFittedError
from sklearn.utils.estimator_checks import parametrize_with_checks

import pellucid
from members import GENERATORS, MEMBERS, PREDICTORS, Member, rows
from pellucid.errors import HyperparameterError, PellucidWarning
from pellucid.glass_box import GlassBox
from pellucid.hyperparameters import Hyperparameter
from pellucid.storage import load_model, save_model

every = pytest.mark.parametrize("member", MEMBERS, ids=lambda member: member.name)
predictor = pytest.mark.parametrize("member", PREDICTORS, ids=lambda member: member.name)
pytestmark = pytest.mark.filterwarnings("ignore::pellucid.errors.PellucidWarning")
ARRAY_API_RUNS = 4


def test_the_table_holds_every_estimator() -> None:
    public = {getattr(pellucid, name) for name in pellucid.HOMES}
    estimators = {o for o in public if inspect.isclass(o) and issubclass(o, BaseEstimator)}
    assert estimators == {type(member.estimator) for member in MEMBERS}


@pytest.mark.filterwarnings("default")
@parametrize_with_checks([member.estimator for member in MEMBERS if not member.text])
def test_scikit_learn_check(estimator: Any, check: Any) -> None:
    """Every check of scikit-learn's own, and no expected failure.

    Its checks know rows of numbers only; those of what reads text follow here below.
    """
    with warnings.catch_warnings():
        # The checks fit rows of noise; what those fits warn of is true, and beside the matter.
        warnings.simplefilter("ignore")
        check(estimator)


@pytest.mark.parametrize(
    "member",
    [m for m in MEMBERS if m.text and m.answers == "columns"],
    ids=lambda member: member.name,
)
def test_what_turns_text_to_columns_keeps_scikit_learns_rules(member: Member) -> None:
    """Settings as given, nothing learnt twice, the same after a copy, no answer before a fit."""
    X, y = rows(member)
    settings = member.estimator.get_params()
    assert clone(member.estimator).get_params() == settings
    with pytest.raises(NotFittedError):
        clone(member.estimator).transform(X)
    with pytest.raises(NotFittedError):
        clone(member.estimator).get_feature_names_out()
    fitted = clone(member.estimator)
    once = _dense(fitted.fit_transform(X, y))
    state = pickle.dumps(fitted)
    assert (once == _dense(fitted.transform(X))).all()
    assert pickle.dumps(fitted) == state
    assert (once == _dense(pickle.loads(state).transform(X))).all()
    assert (once == _dense(clone(fitted).fit(X, y).transform(np.array(X)))).all()
    assert fitted.get_params() == settings
    assert once.shape == (len(X), len(fitted.get_feature_names_out()))


@pytest.mark.slow
@pytest.mark.parametrize("run", range(ARRAY_API_RUNS))
def test_scikit_learn_checks_with_the_array_api_switched_on(run: int) -> None:
    """The same with SCIPY_ARRAY_API=1, which SciPy reads once, when it is imported."""
    code = (
        "import warnings; warnings.simplefilter('ignore')\n"
        "from sklearn.utils.estimator_checks import check_estimator\n"
        "from members import MEMBERS\n"
        f"chosen = MEMBERS[{run}::{ARRAY_API_RUNS}]\n"
        "for member in chosen: check_estimator(member.estimator, on_skip=None)\n"
        "print(len(chosen))"
    )
    env = {**os.environ, "SCIPY_ARRAY_API": "1", "PYTHONPATH": str(Path(__file__).parent)}
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, env=env, capture_output=True, text=True
    )
    assert int(done.stdout) == len(MEMBERS[run::ARRAY_API_RUNS])


@predictor
def test_a_weight_is_a_repetition(member: Member) -> None:
    if "cv" in member.estimator.get_params():
        pytest.skip("repeated rows fall into other folds; tests/linear gives folds by hand")
    X, y = rows(member)
    counts = np.random.default_rng(1).integers(0, 4, len(y))
    again = np.repeat(np.arange(len(y)), counts)
    weighted = clone(member.estimator).fit(X, y, sample_weight=counts.astype(float))
    repeated = clone(member.estimator).fit(X[again], y[again])
    _same(_answers(weighted, X), _answers(repeated, X))


@predictor
def test_the_order_of_rows_does_not_matter(member: Member) -> None:
    if member.random or isinstance(member.estimator.get_params().get("cv"), int):
        pytest.skip("draws numbers, or folds, by row")
    X, y = rows(member)
    order = np.random.default_rng(2).permutation(len(y))
    one, other = clone(member.estimator).fit(X, y), clone(member.estimator).fit(X[order], y[order])
    _same(_answers(one, X), _answers(other, X))


@predictor
def test_a_shift_of_the_columns_does_not_matter(member: Member) -> None:
    if member.random or not member.moves:
        pytest.skip("draws numbers, or penalises the offset")
    X, y = rows(member)
    shift = np.array([3.0, -40.0, 0.5])
    one, other = clone(member.estimator).fit(X, y), clone(member.estimator).fit(X + shift, y)
    _same(_answers(one, X), _answers(other, X + shift), 1e-5)


@predictor
def test_sparse_rows_are_dense_rows(member: Member) -> None:
    X, y = rows(member)
    X[np.abs(X) < 0.5] = 0.0
    if not member.sparse:
        with pytest.raises(TypeError, match=r"[Ss]parse"):
            clone(member.estimator).fit(sp.csr_array(X), y)
        return
    dense, sparse = (clone(member.estimator).fit(Z, y) for Z in (X, sp.csr_array(X)))
    _same(_answers(dense, X), _answers(sparse, sp.csr_array(X)), 1e-5)


@pytest.mark.parametrize("member", GENERATORS, ids=lambda member: member.name)
def test_what_generates_keeps_scikit_learns_rules(member: Member) -> None:
    """Settings as given, no answer before a fit, nothing learnt twice; what is made says so."""
    X, y = rows(member)
    asked: tuple[Any, ...] = ("she ", 5) if member.text else (5,)
    with pytest.raises(NotFittedError):
        clone(member.estimator).generate(*asked)
    with pytest.raises(NotFittedError):
        _answers(clone(member.estimator), X)
    settings = member.estimator.get_params()
    fitted = clone(member.estimator).fit(X, y)
    state = pickle.dumps(fitted)
    made = fitted.generate(*asked)
    assert "GENERATED" in str(made)
    assert str(fitted.generate(*asked)) == str(made)
    _answers(fitted, X)
    assert pickle.dumps(fitted) == state
    assert fitted.get_params() == settings
    assert (_answers(fitted.fit(X, y), X) == _answers(pickle.loads(state), X)).all()


@pytest.mark.parametrize("member", PREDICTORS + GENERATORS, ids=lambda member: member.name)
def test_copies_and_files_answer_the_same_bits(member: Member, tmp_path: Path) -> None:
    X, y = rows(member)
    h = clone(member.estimator).fit(X, y)
    wanted = _answers(h, X)
    again = clone(member.estimator).fit(X, y)
    save_model(h, tmp_path / "h.pellucid")
    for other in (again, pickle.loads(pickle.dumps(h)), load_model(tmp_path / "h.pellucid")):
        assert (_answers(other, X) == wanted).all()


@pytest.mark.parametrize("member", PREDICTORS, ids=lambda member: member.name)
def test_skops_loads_it_with_the_published_types_and_no_others(member: Member) -> None:
    import skops.io

    X, y = rows(member)
    h = clone(member.estimator).fit(X, y)
    written = skops.io.dumps(h)
    assert set(skops.io.get_untrusted_types(data=written)) <= set(pellucid.trusted_types())
    back = skops.io.loads(written, trusted=pellucid.trusted_types())
    assert (_answers(back, X) == _answers(h, X)).all()


@every
def test_the_notebook_view_documents_parameters_and_attributes(member: Member) -> None:
    X, y = rows(member)
    fitted = clone(member.estimator).fit(X, y)
    text = inspect.getdoc(type(member.estimator)) or ""
    assert "{hyperparameters}" not in text
    shown = html.unescape(fitted._repr_html_())
    for hyperparameter in type(member.estimator).hyperparameters:
        assert hyperparameter.meaning[:20] in shown
    _, _, attributes = text.partition("Attributes\n")
    documented = {
        name.strip()
        for line in attributes.splitlines()
        if line and not line.startswith((" ", "-")) and " : " in line
        for name in line.split(" : ")[0].split(",")
    }
    missing = {name for name in documented if not hasattr(fitted, name)}
    assert documented
    assert not missing


@pytest.mark.parametrize(
    "member",
    [m for m in MEMBERS if isinstance(m.estimator, CallbackSupportMixin)],
    ids=lambda member: member.name,
)
def test_callbacks_see_each_iteration_and_change_nothing(member: Member) -> None:
    X, y = rows(member)
    plain = clone(member.estimator).fit(X, y)
    named = {"numbers": "neg_mean_squared_error", "columns": "score"}
    scoring = named.get(member.answers, "accuracy")
    monitor = ScoringMonitor(scoring={scoring: _own_score} if scoring == "score" else scoring)
    watched = clone(member.estimator).set_callbacks(monitor).fit(X, y)
    assert (_answers(watched, X) == _answers(plain, X)).all()
    scores = [row[scoring] for row in monitor.get_logs().data if row["task_name"] == "iteration"]
    assert len(scores) >= 1
    assert np.isfinite(scores).all()


@every
def test_explain_tells_what_happened(member: Member) -> None:
    X, y = rows(member)
    told = str(clone(member.estimator).fit(X, y).explain())
    assert len(told) > 200
    assert "Notes" in told or "§" in told


@every
def test_a_bad_hyperparameter_is_named(member: Member) -> None:
    X, y = rows(member)
    for hyperparameter in type(member.estimator).hyperparameters:
        wrong = clone(member.estimator).set_params(**{hyperparameter.name: object()})
        with pytest.raises((ValueError, TypeError), match=hyperparameter.name):
            wrong.fit(X, y)


ODD = (0, -1, 2.5, float("nan"), "word", "", [], (), {}, [None], [[]], (1, "a"), {1: 2}, object(),
       np.zeros(0), np.zeros((2, 2)), np.array(["a"]), b"x", 1j, lambda: None, type)  # fmt: skip


def test_any_value_of_a_setting_passes_or_is_named() -> None:
    """Whatever is given, the declaration's own test answers: no error of Python's comes through."""
    classes, declared = [GlassBox], set[Hyperparameter]()
    for each in classes:
        classes += each.__subclasses__()
        declared.update(each.hyperparameters)
    assert {h for member in MEMBERS for h in type(member.estimator).hyperparameters} <= declared
    assert sum(h.accepts is not None for h in declared) > 25
    for h in declared:
        for value in ODD:
            with suppress(HyperparameterError):
                h.check(value, "Model")


def test_our_warnings_are_one_family() -> None:
    assert issubclass(PellucidWarning, UserWarning)


def _dense(features: Any) -> Any:
    return features.toarray() if sp.issparse(features) else features


def _own_score(h: Any, X: Any, y: Any) -> float:
    return float(h.score(X, y))


def _answers(h: Any, X: Any) -> Any:
    for name in ("predict_proba", "predict"):
        if hasattr(h, name):
            return getattr(h, name)(X)
    if hasattr(h, "next_token"):
        return h.next_token(X[0])
    return h.chance_of_real(X) if hasattr(h, "chance_of_real") else h.transform(X)


def _same(one: Any, other: Any, tolerance: float = 1e-8) -> None:
    if one.dtype.kind == "f":
        np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance)
    else:
        assert (one == other).all()
