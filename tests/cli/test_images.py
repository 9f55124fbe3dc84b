"""`pellucid fit IMAGES.npz`, and a network on a table, as a person runs them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from pellucid.cli import main
from pellucid.cli.fit_images_output import image_job

ROOT = Path(__file__).parents[2]


def run(*arguments: str) -> int:
    """The exit code."""
    with pytest.raises(SystemExit) as left:
        main(list(arguments))
    return int(left.value.code or 0)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Lines that lie or stand."""
    path = tmp_path_factory.mktemp("images") / "lines.npz"
    random = np.random.default_rng(0)
    images = random.normal(0, 0.1, size=(120, 8, 8))
    labels = np.arange(120) % 2
    for image, label, at in zip(images, labels, random.integers(0, 8, 120), strict=True):
        (image if label else image.T)[at] += 1.0
    np.savez(path, images=images, labels=labels)
    return path


def test_images_are_fitted_reported_and_predicted(
    archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("fit", str(archive), "-o", str(tmp_path)) == 0
    said = capsys.readouterr().out
    assert "120 images of 8×8, 1 channel" in said
    assert "On images never used: right 100.00%" in said
    report = (tmp_path / "report.html").read_text()
    for part in ("How it was trained", "The network", "Convolution", "never used", "held-out rows"):
        assert part in report
    answer, _, mistakes = report.partition("Errors on images never used")
    assert (
        "100.0% of the answers are right. Always giving the commonest label is right 50" in answer
    )
    assert '<figure><div class="wide big"' in mistakes
    assert run("predict", str(tmp_path / "model.pellucid"), str(archive)) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "image,prediction,probability_0,probability_1"
    assert len(lines) == 121
    assert run("explain", str(tmp_path / "model.pellucid")) == 0
    assert "ConvNetClassifier" in capsys.readouterr().out
    other = tmp_path / "again"
    again = ["fit", str(archive), "--config", str(tmp_path / "run.toml"), "-o", str(other)]
    assert run(*again) == 0
    assert (other / "model.pellucid").read_bytes() == (tmp_path / "model.pellucid").read_bytes()


@pytest.mark.slow
def test_dense_layers_read_images_too_and_others_are_refused(
    archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["fit", str(archive), "-o", str(tmp_path), "--json"]
    assert run(*given, "--model", "network") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["model"] == "NetworkClassifier"
    assert told["errors"]["accuracy"] > 0.8
    assert run(*given, "--model", "ridge") != 0
    assert (
        "no model 'ridge' for images; there are auto, convnet, network" in capsys.readouterr().err
    )


@pytest.mark.slow
def test_a_network_on_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    penguins = str(ROOT / "examples" / "penguins.csv")
    given = ["fit", penguins, "-t", "species", "--model", "network", "--cv", "2"]
    assert run(*given, "-o", str(tmp_path), "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["chosen"] == "neural network"
    assert told["errors"]["accuracy"] > 0.9
    report = (tmp_path / "report.html").read_text()
    assert "How it was trained" in report
    assert "Layers, first to last" in report
    assert run("predict", str(tmp_path / "model.pellucid"), penguins) == 0
    assert "probability_Gentoo" in capsys.readouterr().out


@pytest.mark.parametrize("said", ["option", "file"])
def test_the_labels_are_those_that_were_asked_for(
    archive: Path, tmp_path: Path, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with np.load(archive) as arrays:
        images, labels = arrays["images"], arrays["labels"]
    np.savez(tmp_path / "two.npz", images=images, side=labels, other=labels + 5)
    (tmp_path / "run.toml").write_text('[settings]\ntarget = "other"\n', encoding="utf-8")
    config = tmp_path / "run.toml" if said == "file" else None
    given = {"target": "other"} if said == "option" else {}
    monkeypatch.setattr(
        "pellucid.jobs.fit.fit_images.fit_images",
        lambda found, settings, progress: (found.label_name, settings.target),
    )
    job = image_job(str(tmp_path / "two.npz"), given, config)
    assert job.work(lambda stage, done: None) == ("other", "other")  # type: ignore[comparison-overlap]
