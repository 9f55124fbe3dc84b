"""`pellucid cluster` as a person runs it: the answer, the files, exit codes and words."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from fingerprints import check, sections
from pellucid.cli import main
from pellucid.cli.cluster_output import command
from pellucid.jobs.cluster.cluster_result import ClusterSettings

ROOT = Path(__file__).parents[2]
SHOWN = Path(__file__).with_name("shown.json")  # what was looked at
PENGUINS = str(ROOT / "examples" / "penguins.csv")


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    return int(ended.value.code or 0)


@pytest.fixture(scope="module")
def penguins(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    import contextlib
    import io

    folder = tmp_path_factory.mktemp("clusters")
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        assert run("cluster", PENGUINS, "-k", "3", "-o", str(folder)) == 0
    return folder, said.getvalue()


def test_the_sentence_of_the_outcome(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """6.3.9-summaries: how many groups, how sure, what they mean, with a report."""
    assert run("cluster", PENGUINS, "-k", "2:8", "--report", "-o", str(tmp_path)) == 0
    said = capsys.readouterr().out
    assert said.strip().startswith("There are 3 groups (sure).")
    for words in ("Group 1, Adelie", "species is always Gentoo", "217 mm on average", "152 rows"):
        assert words in said
    assert {p.name for p in tmp_path.iterdir()} == {"labels.csv", "model.pellucid", "report.html"}
    page = (tmp_path / "report.html").read_text()
    assert "There are 3 groups (sure)." in page
    check(SHOWN, "groups of penguins", sections(page, tmp_path, ROOT))


def test_labels_keep_the_order_of_the_rows(penguins: tuple[Path, str]) -> None:
    labels = list(csv.DictReader((penguins[0] / "labels.csv").read_text().splitlines()))
    rows = list(csv.DictReader(Path(PENGUINS).read_text().splitlines()))
    assert [line["row"] for line in labels] == [str(i + 1) for i in range(344)]
    names = {"1": "Adelie", "2": "Gentoo", "3": "Chinstrap"}
    assert [names[line["group"]] for line in labels] == [row["species"] for row in rows]
    assert all(float(line["distance"]) >= 0 for line in labels)


def test_predict_sorts_new_rows(penguins: tuple[Path, str], tmp_path: Path) -> None:
    target = tmp_path / "sorted.csv"
    model = str(penguins[0] / "model.pellucid")
    assert run("predict", model, PENGUINS, "-o", str(target)) == 0
    found = list(csv.DictReader(target.read_text().splitlines()))
    labels = list(csv.DictReader((penguins[0] / "labels.csv").read_text().splitlines()))
    assert [row["prediction"] for row in found] == [line["group"] for line in labels]
    assert list(found[0])[-2:] == ["prediction", "distance"]
    few = tmp_path / "few.csv"
    few.write_text("island,sex\nBiscoe,male\n")
    assert run("predict", model, str(few)) == 1


def test_json_identifiers_and_truth(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    random = np.random.default_rng(0)
    lines = ["id,a,b,kind"]
    for i in range(60):
        x = 10 * (i % 2) + random.normal(size=2)
        lines.append(f"p{i:03d}x,{x[0]:.3f},{x[1]:.3f},{'odd' if i % 2 else 'even'}")
    (tmp_path / "t.csv").write_text("\n".join(lines) + "\n")
    code = run(
        "cluster", str(tmp_path / "t.csv"), "-k", "2:4", "--truth", "kind", "--json",
        "-o", str(tmp_path / "out"),
    )  # fmt: skip
    assert code == 0
    found = json.loads(capsys.readouterr().out)
    assert found["k"] == 2
    assert found["sure"] == "sure"
    assert found["agreement"]["matched"] == 1.0
    assert found["evidence"][0]["silhouette"] is None
    assert [g["rows"] for g in found["groups"]] == [30, 30]
    first = (tmp_path / "out" / "labels.csv").read_text().splitlines()
    assert first[0] == "row,id,group,distance"
    assert first[1].startswith("1,p000x,")
    assert not (tmp_path / "out" / "report.html").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("-k", "many"), 1, "a number of groups"),
        (("-k", "1:4"), 1, "starts at 2"),
        (("-k", "5:3"), 1, "runs upwards"),
        (("-k", "2:9999"), 1, "100 at most"),
        (("-k", "90"), 1, "344 rows cannot tell 90 groups"),
        (("--truth", "spices"), 1, "Did you mean 'species'"),
        (("--drop", "nothing"), 1, "nothing"),
        (("--frobnicate",), 2, "frobnicate"),
        (("-o", PENGUINS), 1, "is a file"),
    ],
)
def test_exit_codes_and_messages(
    arguments: tuple[str, ...],
    code: int,
    says: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run("cluster", PENGUINS, *arguments) == code
    spoken = capsys.readouterr()
    assert says in " ".join((spoken.err + spoken.out).split())


@pytest.mark.parametrize(("ks", "said"), [((5,), "5"), ((2, 3, 4), "2:4")])
def test_the_command_says_the_numbers_of_groups(ks: tuple[int, ...], said: str) -> None:
    again = command("t.csv", ClusterSettings(ks=ks), Path("o"))
    assert again == f"./pellucid cluster t.csv -k {said} -o o --report"
