"""`pellucid compare`: the same rows are compared row by row, others are told apart."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pellucid.cli import main

PENGUINS = str(Path(__file__).parents[2] / "examples" / "penguins.csv")


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    return int(ended.value.code or 0)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str, str]:
    folder = tmp_path_factory.mktemp("runs")
    wanted = (
        ("mean", ("--model", "mean")),
        ("ridge", ("--model", "ridge")),
        ("seed", ("--model", "mean", "--seed", "1")),
    )
    for name, options in wanted:
        path = str(folder / name)
        assert run("fit", PENGUINS, "-t", "body_mass_g", *options, "-o", path, "--json") == 0
    mean, ridge, seed = (str(folder / name) for name, _ in wanted)
    return mean, ridge, seed


def test_runs_side_by_side(runs: tuple[str, str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run("compare", *runs, "--json") == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["runs"] == list(runs)
    assert shown["figures"]["target"] == ["body_mass_g"] * 3
    assert shown["figures"]["setting model"] == ["mean", "ridge", "mean"]
    assert "setting cv" not in shown["figures"]
    better, elsewhere = shown["verdicts"]
    assert "better by" in better
    assert "the same 68 rows" in better
    assert "not tested on the same rows" in elsewhere
    assert run("compare", runs[0], runs[0]) == 0
    assert "the same loss on every test row" in " ".join(capsys.readouterr().out.split())


def test_what_cannot_be_compared_says_why(
    runs: tuple[str, str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("compare", runs[0]) == 1
    assert "at least two runs" in capsys.readouterr().err
    assert run("compare", runs[0], str(tmp_path)) == 1
    assert "holds no model.pellucid" in capsys.readouterr().err


def test_intervals_and_cautions_at_predict(
    runs: tuple[str, str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "new.csv"
    lines = Path(PENGUINS).read_text().splitlines()[:3]
    lines[2] = lines[2].replace("186", "999")
    table.write_text("\n".join(lines) + "\n")
    model = f"{runs[1]}/model.pellucid"
    capsys.readouterr()
    assert run("predict", model, str(table), "--intervals", "0.9", "--json") == 0
    usual, strange = map(json.loads, capsys.readouterr().out.splitlines())
    assert usual["low"] < usual["prediction"] < usual["high"]
    assert usual["caution"] == ""
    assert "flipper_length_mm = 999 is above all of training" in strange["caution"]
    assert run("predict", model, str(table), "--intervals", "90") == 1
    assert "between 0 and 1" in capsys.readouterr().err
