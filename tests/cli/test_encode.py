"""`pellucid encode` and `pellucid decode` as a person runs them."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from fingerprints import check, sections
from pellucid.autoencoders import LinearAutoencoder
from pellucid.cli import main
from pellucid.cli.encode_output import training
from pellucid.storage import load_model

ROOT = Path(__file__).parents[2]
SHOWN = Path(__file__).with_name("shown.json")  # what was looked at
PENGUINS = str(ROOT / "examples" / "penguins.csv")


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    return int(ended.value.code or 0)


@pytest.fixture(scope="module")
def penguins(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("codes")
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        code = run(
            "encode", PENGUINS, "-k", "2", "--truth", "species", "--epochs", "25", "-o", str(folder)
        )
    assert code == 0
    return folder, said.getvalue()


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("images")
    with np.load(ROOT / "examples" / "digits.npz") as held:
        small = held["images"][:120].reshape(120, 7, 4, 7, 4).mean(axis=(2, 4))
        np.savez(folder / "small.npz", images=small, labels=held["labels"][:120])
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        code = run(
            "encode", str(folder / "small.npz"), "-k", "3", "--epochs", "3", "--json", "-o",
            str(folder),
        )  # fmt: skip
    assert code == 0
    return folder, json.loads(said.getvalue())


def test_the_answer_comes_first(penguins: tuple[Path, str]) -> None:
    """8.0.2-compression, 8.3.1-compression-ratio"""
    folder, said = penguins
    words = " ".join(said.split())
    assert words.startswith("2 numbers a row instead of 13 keep ")
    assert "best linear code" in words
    assert "Labels took no part" in words
    assert {p.name for p in folder.iterdir()} == {"codes.csv", "model.pellucid", "report.html"}


def test_codes_keep_the_order_of_the_rows(penguins: tuple[Path, str]) -> None:
    """8.1.1-latent-representation"""
    lines = list(csv.DictReader((penguins[0] / "codes.csv").read_text().splitlines()))
    assert list(lines[0]) == ["row", "a1", "a2", "loss"]
    assert [line["row"] for line in lines] == [str(i + 1) for i in range(344)]
    assert "Labels took no part" in " ".join(penguins[1].split())
    machine = load_model(penguins[0] / "model.pellucid")
    found = machine.encode(PENGUINS)
    np.testing.assert_allclose([[float(r["a1"]), float(r["a2"])] for r in lines], found, rtol=1e-6)
    assert "read after layer" in " ".join(str(machine.explain()).split())


def test_decode_gives_columns_back(penguins: tuple[Path, str], tmp_path: Path) -> None:
    folder, target = penguins[0], tmp_path / "rows.csv"
    model = str(folder / "model.pellucid")
    assert run("decode", model, str(folder / "codes.csv"), "-o", str(target)) == 0
    rows = list(csv.DictReader(target.read_text().splitlines()))
    assert len(rows) == 344
    assert "species" not in rows[0]
    assert {row["island"] for row in rows} <= {"Biscoe", "Dream", "Torgersen"}
    masses = np.array([float(row["body_mass_g"]) for row in rows])
    assert 3000 < masses.mean() < 5500
    (tmp_path / "bad.csv").write_text("a1,b\n1,2\n")
    assert run("decode", model, str(tmp_path / "bad.csv")) == 1
    (tmp_path / "gap.csv").write_text("a1,a2\n1,\n2,3\n")
    assert run("decode", model, str(tmp_path / "gap.csv")) == 1


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".parquet"])
def test_predict_encodes_new_rows(
    penguins: tuple[Path, str], tmp_path: Path, suffix: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The file is of the kind that its name says, and nothing is printed beside it."""
    target = tmp_path / f"new{suffix}"
    assert run("predict", str(penguins[0] / "model.pellucid"), PENGUINS, "-o", str(target)) == 0
    assert capsys.readouterr().out == ""
    if suffix == ".jsonl":
        rows = [json.loads(line) for line in target.read_text().splitlines()]
    elif suffix == ".csv":
        rows = list(csv.DictReader(target.read_text().splitlines()))
    else:
        rows = pq.read_table(target).to_pylist()
    assert len(rows) == 344
    assert list(rows[0])[-3:] == ["a1", "a2", "reconstruction_loss"]


def test_the_training_of_a_network_is_told_to_programs_and_of_no_other_code(
    penguins: tuple[Path, str],
) -> None:
    told = training(load_model(penguins[0] / "model.pellucid").model)
    assert told["epochs"] == 25
    assert 1 <= told["best_epoch"] <= 25
    assert training(LinearAutoencoder(1)) == {}


def test_the_report_shows_where_rows_lie(penguins: tuple[Path, str]) -> None:
    """8.1.1-latent-scatter-figure, 8.3.2-latent-scatter"""
    page = (penguins[0] / "report.html").read_text()
    for words in ("Where the rows lie", "What is kept of each column", "Odd rows", "<title>row 1"):
        assert words in page
    assert "The same as a still picture" not in page  # which images have, and codes of one number
    assert "<script" not in page
    assert "://" not in page.replace("http://www.w3.org", "")
    check(SHOWN, "codes of penguins", sections(page, penguins[0], ROOT))


def test_images_are_encoded_and_decoded(
    images: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    """8.1.4-reconstruction-figure, 8.5.1-fictional"""
    folder, told = images
    assert told["k"] == 3
    assert told["numbers_a_row"] == 49
    assert told["epochs"] == 3
    assert set(told["accuracy"]) == {"codes", "rows", "commonest"}
    page = (folder / "report.html").read_text()
    for words in ("What codes decode to", "Generated, not observed", "data:image/png;base64"):
        assert words in page
    check(SHOWN, "codes of images", sections(re.sub('base64,[^"]*', "", page), folder, ROOT))
    model, codes = str(folder / "model.pellucid"), str(folder / "codes.csv")
    assert run("decode", model, codes, "-o", str(tmp_path / "made.npz")) == 0
    with np.load(tmp_path / "made.npz") as held:
        assert held["images"].shape == (120, 7, 7, 1)
        assert held["generated"]
    assert run("decode", model, codes) == 1


def test_predict_encodes_new_images(
    images: tuple[Path, dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    model = str(images[0] / "model.pellucid")
    assert run("predict", model, str(images[0] / "small.npz")) == 0
    found = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    assert list(found[0]) == ["image", "a1", "a2", "a3", "reconstruction_loss"]
    assert [row["image"] for row in found] == [str(i) for i in range(120)]
    held = list(csv.DictReader((images[0] / "codes.csv").read_text().splitlines()))
    for name in ("a1", "a2", "a3"):
        np.testing.assert_allclose(
            [float(row[name]) for row in found], [float(row[name]) for row in held], rtol=1e-6
        )
    assert run("predict", model, PENGUINS) == 1
    assert "reads images: give it a .npz archive" in capsys.readouterr().err


@pytest.mark.slow
def test_a_convolutional_code_of_images(
    images: tuple[Path, dict[str, Any]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """8.1.4-general: filters on the way in, and mirrored on the way out."""
    given = ["encode", str(images[0] / "small.npz"), "-k", "3", "--model", "convnet"]
    assert run(*given, "--epochs", "2", "-o", str(tmp_path)) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert said.startswith("3 numbers an image instead of 49 keep ")
    assert "parameters, trained for all of 2 epochs; loss of a training row" in said
    model, codes = str(tmp_path / "model.pellucid"), str(tmp_path / "codes.csv")
    assert f"./pellucidpredict{model}NEW.npz" in said.replace(" ", "")
    report = (tmp_path / "report.html").read_text()
    assert "Convolution" in report
    assert "--model convnet" in report
    assert run("explain", model) == 0
    assert "MaxPool 3×3×8" in " ".join(capsys.readouterr().out.split())
    assert run("decode", model, codes, "-o", str(tmp_path / "made.npz")) == 0
    with np.load(tmp_path / "made.npz") as held:
        made = held["images"]
    machine = load_model(Path(model))
    with np.load(images[0] / "small.npz") as held:
        again = machine.decode(machine.encode(held["images"]))
    np.testing.assert_allclose(made, again, rtol=1e-4, atol=1e-3)


def test_a_table_has_no_neighbours_to_convolve(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("encode", PENGUINS, "--model", "convnet") == 1
    assert "For a table take network" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("-k", "0"), 1, "at least 1"),
        (("-k", "99"), 1, "no shorter than a row"),
        (("--model", "magic"), 1, "one of network, convnet, linear"),
        (("--test", "2"), 1, "share of the rows"),
        (("--truth", "spices"), 1, "Did you mean 'species'"),
        (("--epochs", "0"), 1, "at least 1"),
        (("-k", "two"), 2, "two"),
        (("-o", PENGUINS), 1, "is a file"),
    ],
)
def test_exit_codes_and_messages(
    arguments: tuple[str, ...], code: int, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("encode", PENGUINS, *arguments) == code
    spoken = capsys.readouterr()
    assert says in " ".join((spoken.err + spoken.out).split())


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ("a,b\n1,2\n", "too few|No column is left to encode"),
        ("a\n1\n2\n3\n4\n5\n6\n", "nothing shorter"),
        ("a,b\n5,x\n5,x\n5,x\n5,x\n5,x\n5,x\n", "No column is left to encode"),
        ("", "empty|no columns|No columns|nothing"),
    ],
)
def test_tables_that_cannot_be_encoded(
    lines: str, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import re

    (tmp_path / "t.csv").write_text(lines)
    assert run("encode", str(tmp_path / "t.csv"), "-k", "1", "-o", str(tmp_path / "out")) == 1
    spoken = capsys.readouterr()
    assert re.search(says, " ".join((spoken.err + spoken.out).split()))


@pytest.mark.slow
def test_holes_constants_and_models(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    random = np.random.default_rng(0)
    lines = ["id,a,b,c,same,kind"]
    for i in range(50):
        x = random.normal()
        hole = "" if i % 10 == 0 else f"{2 * x:.3f}"
        kind = ("red", "green", "blue")[i % 3]
        lines.append(f"p{i:03d}x,{x:.3f},{hole},{random.normal():.3f},7,{kind}")
    (tmp_path / "t.csv").write_text("\n".join(lines) + "\n")
    for model in ("linear", "variational", "denoising"):
        code = run(
            "encode", str(tmp_path / "t.csv"), "-k", "1", "--model", model, "--epochs", "2",
            "--json", "-o", str(tmp_path / model),
        )  # fmt: skip
        assert code == 0
        told = json.loads(capsys.readouterr().out)
        assert {c["name"] for c in told["by_column"]} == {"a", "b", "c", "kind"}
        assert any("missing" in f["name"] for f in told["findings"])
        first = (tmp_path / model / "codes.csv").read_text().splitlines()[:2]
        assert first[0] == "row,id,a1,loss"
        assert first[1].startswith("1,p000x,")
