"""`pellucid minimize`: a formula over a table, against the closed form and scikit-learn."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from pellucid import Ridge, TableEncoder, read_table
from pellucid.cli import main

PENGUINS = str(Path(__file__).parents[2] / "examples" / "penguins.csv")
RIDGE = "norm2(X' * theta - y)^2 / n + lam * norm2(theta)^2"


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as ended:
        main(["minimize", *arguments])
    spoken = capsys.readouterr()
    return int(ended.value.code or 0), spoken.out + spoken.err


def test_ridge_by_descent_is_ridge(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, said = run(
        capsys, RIDGE, "--data", PENGUINS, "-t", "body_mass_g", "--set", "lam=0.1", "--ones",
        "--json", "--steps", "3000",
    )  # fmt: skip
    assert code == 0, said
    found = json.loads(said)
    assert found["verdict"] == "converged"
    assert found["rows_left_out"] == 11
    table = read_table(PENGUINS)
    whole = table.take(np.flatnonzero(~np.any([c.missing for c in table.columns], axis=0)))
    features = [n for n in table.names if n != "body_mass_g"]
    encoder = TableEncoder().fit(whole.select(features))
    X = np.column_stack([np.ones(len(whole)), encoder.transform(whole.select(features))])
    best = Ridge(0.1, fit_intercept=False).fit(X, whole["body_mass_g"].values)
    np.testing.assert_allclose(list(found["theta"].values()), best.coef_, rtol=1e-4)
    assert list(found["theta"])[1] == "species=Adelie"


def test_logistic_by_binding_columns(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(80, 2))
    y = (x[:, 0] + rng.logistic(size=80) > 0).astype(int)
    path = tmp_path / "t.csv"
    path.write_text("a,b,y\n" + "".join(f"{u},{v},{w}\n" for (u, v), w in zip(x, y, strict=True)))
    formula = "sum(log(1 + exp(X'*theta)) - y .* (X'*theta)) / n"
    picture = tmp_path / "way.svg"
    code, said = run(
        capsys, formula, "--data", str(path), "--bind", "X=a,b", "--bind", "y=y", "--json",
        "--picture", str(picture),
    )  # fmt: skip
    assert code == 0, said
    z = (x - x.mean(0)) / x.std(0)
    peer = LogisticRegression(C=np.inf, fit_intercept=False, tol=1e-10).fit(z, y)
    np.testing.assert_allclose(list(json.loads(said)["theta"].values()), peer.coef_[0], rtol=1e-4)
    assert picture.read_text().startswith("<svg xmlns")


@pytest.mark.parametrize("rule", ["momentum", "adam"])
def test_other_rules_need_no_step_size(rule: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = run(capsys, r"(\theta - 3)^2 + 1", "--rule", rule, "--json")
    assert code == 0, said
    found = json.loads(said)
    assert found["theta"] == pytest.approx([3], abs=1e-3)
    assert found["value"] == pytest.approx(1, abs=1e-5)


def test_it_is_told_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    code, said = run(capsys, RIDGE, "--data", PENGUINS, "-t", "body_mass_g", "--set", "lam=0.1")
    assert code == 0
    for words in ("∂f/∂θ = 2 X (Xᵀ θ - y)/n + 2 λ θ", "converged", "flipper_length_mm", "convex"):
        assert words in said


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((RIDGE, "--data", PENGUINS), "--target COLUMN"),
        ((RIDGE, "--data", PENGUINS, "-t", "body_mass_g"), "No data for lam"),
        ((RIDGE, "--data", PENGUINS, "-t", "mass", "--set", "lam=1"), "no column 'mass'"),
        ((RIDGE, "--set", "lam"), "NAME=NUMBER"),
        ((RIDGE, "--data", PENGUINS, "--bind", "X"), "NAME=COLUMN"),
        (("norm2(theta", "--set", "lam=1"), "theta"),
    ],
)
def test_what_does_not_fit_is_told(
    arguments: tuple[str, ...], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = run(capsys, *arguments)
    assert code == 1
    assert says in " ".join(said.split())
    assert "Traceback" not in said


def test_it_starts_where_something_can_be_seen(capsys: pytest.CaptureFixture[str]) -> None:
    code, said = run(capsys, "norm2(x)^2", "--where", "x: 3", "--json", "--step-size", "0.1")
    assert code == 0, said
    found = json.loads(said)
    assert any(found["start"])
    assert found["steps"] > 5
    assert found["value"] < 1e-12


@pytest.mark.parametrize(
    ("formula", "best"), [("abs(x-1)", 1.0), ("x - log(x)", 1.0), ("(x-3)^2 + 1", 3.0)]
)
def test_a_formula_of_one_number_needs_no_data(
    capsys: pytest.CaptureFixture[str], formula: str, best: float
) -> None:
    code, said = run(capsys, formula, "--json")
    assert code == 0, said
    assert json.loads(said)["theta"][0] == pytest.approx(best, abs=1e-4)


@pytest.mark.parametrize(
    ("formula", "start"), [("abs(x-1)", ""), ("abs(x-1)", "3"), ("x'*x", "3"), ("x'*x", "3,4")]
)
def test_what_is_minimized_is_written_as_a_number(
    capsys: pytest.CaptureFixture[str], formula: str, start: str
) -> None:
    """The derivation has the shapes of the descent: as many entries as the start, else one."""
    code, said = run(capsys, formula, *(["--start", start] if start else []))
    assert code == 0, said
    assert "(1×1)" in said.splitlines()[0]
    assert f"x: {len(start.split(','))}×1" in said
    assert "not declared" not in said


def test_start_and_stop_are_as_told(capsys: pytest.CaptureFixture[str]) -> None:
    code, said = run(
        capsys, "norm2(x-1)^2", "--start", "-3,4", "--step-size", "0.1", "--json",
        "--stop", "change<1e-3",
    )  # fmt: skip
    assert code == 0, said
    found = json.loads(said)
    assert found["start"] == [-3.0, 4.0]
    assert "J changed by less than 0.001" in found["reason"]
    code, said = run(capsys, "norm2(x)^2", "--start", "a,b")
    assert code != 0
    assert "one number for all entries" in said
    code, said = run(capsys, "norm2(x)^2", "--where", "x: 2", "--stop", "luck<1")
    assert code != 0
    assert "gradient, step, change, seconds" in said


def test_batches_come_near_the_whole_minimum(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 2))
    y = x @ [2.0, -1.0] + 0.1 * rng.normal(size=200)
    path = tmp_path / "t.csv"
    rows = zip(x, y, strict=True)
    path.write_text("a,b,y\n" + "".join(f"{u:.17g},{v:.17g},{w:.17g}\n" for (u, v), w in rows))
    best = np.linalg.lstsq((x - x.mean(0)) / x.std(0), y, rcond=None)[0]
    for formula in ("norm2(X'*theta - y)^2/n", "norm2(X'*theta - y)^2"):
        code, said = run(
            capsys, formula, "--data", str(path), "-t", "y", "--batch", "7", "--json",
            "--step-size", "0.02" if "/n" in formula else "0.0001", "--steps", "1500",
        )  # fmt: skip
        assert code == 0, said
        np.testing.assert_allclose(list(json.loads(said)["theta"].values()), best, atol=0.08)
    code, said = run(
        capsys, "norm2(X'*theta - y)^2 + norm2(theta)^2", "--data", str(path), "-t", "y",
        "--batch", "7",
    )  # fmt: skip
    assert code != 0
    assert "Divide the sum over points by n" in said
