"""The command line as a person runs it: in its own process, exit codes and words."""

from __future__ import annotations

import csv
import inspect
import json
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from pellucid import Ridge, Settings
from pellucid.cli import commands, fit_output, main
from pellucid.errors import PellucidError
from pellucid.storage import save_model

ROOT = Path(__file__).parents[2]
PENGUINS = str(ROOT / "examples" / "penguins.csv")
ONE_MODEL = ("--model", "ridge", "--cv", "2")


def run(*arguments: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pellucid", *arguments],
        capture_output=True,
        text=True,
        input=stdin,
        cwd=ROOT,
        check=False,
    )


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fit")
    # One model, two chunks: that without options several are compared, README's blocks show.
    wanted = ("--target", "species", "--model", "softmax", "--cv", "2")
    done = run("fit", PENGUINS, *wanted, "-o", str(folder))
    assert done.returncode == 0, done.stderr
    assert "On 69 rows never used" in " ".join(done.stdout.split())
    return folder


def test_fit_leaves_a_report_a_model_and_its_settings(fitted: Path) -> None:
    assert {p.name for p in fitted.iterdir()} == {"report.html", "model.pellucid", "run.toml"}
    assert "species" in (fitted / "report.html").read_text()


def test_a_run_replays_to_the_same_model(fitted: Path, tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["fit", PENGUINS, "--config", str(fitted / "run.toml"), "-o", str(tmp_path)])
    assert ended.value.code in (0, None)
    assert (tmp_path / "model.pellucid").read_bytes() == (fitted / "model.pellucid").read_bytes()


def test_predict_keeps_the_columns_and_adds_probabilities(fitted: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    with pytest.raises(SystemExit) as ended:
        main(["predict", str(fitted / "model.pellucid"), PENGUINS, "-o", str(target)])
    assert ended.value.code in (0, None)
    rows = list(csv.DictReader(target.read_text().splitlines()))
    assert len(rows) == 344
    assert list(rows[0])[:3] == ["species", "island", "bill_length_mm"]
    shares = [float(rows[0][f"probability_{c}"]) for c in ("Adelie", "Chinstrap", "Gentoo")]
    assert sum(shares) == pytest.approx(1)
    assert rows[0]["prediction"] == "Adelie"


def test_predict_reads_standard_input_and_writes_standard_output(fitted: Path) -> None:
    text = Path(PENGUINS).read_text().splitlines()
    done = run("predict", str(fitted / "model.pellucid"), "-", stdin="\n".join(text[:4]) + "\n")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0].endswith("probability_Gentoo,caution")
    assert len(done.stdout.splitlines()) == 4


def test_predict_names_the_columns_that_are_absent(
    fitted: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "new.csv").write_text("island,sex\nBiscoe,male\nDream,female\n")
    with pytest.raises(SystemExit) as ended:
        main(["predict", str(fitted / "model.pellucid"), str(tmp_path / "new.csv")])
    assert ended.value.code == 1
    assert "'bill_length_mm'" in capsys.readouterr().err


def test_json_is_for_programs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["fit", PENGUINS, "-t", "body_mass_g", *ONE_MODEL, "--json", "-o", str(tmp_path)])
    assert ended.value.code in (0, None)
    found = json.loads(capsys.readouterr().out)
    assert found["problem"] == "regression"
    assert found["errors"]["R²"] > 0.7


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("fit", PENGUINS), 1, "--target"),
        (("fit", PENGUINS, "-t", "spices"), 1, "Did you mean 'species'"),
        (("fit", "nowhere.csv", "-t", "x"), 1, "There is no file"),
        (("fit", PENGUINS, "-t", "species", "--test", "2"), 1, "between 0 and 1"),
        (("fit", PENGUINS, "-t", "species", "--cv", "1"), 1, "at least 2 chunks"),
        (("fit", PENGUINS, "-t", "species", "--costs", "a"), 1, "actual:predicted=cost"),
        (("predict", "nowhere.pellucid", PENGUINS), 1, "Cannot read the model"),
        (("notes", "99.9"), 1, "99.9"),
        (("frobnicate",), 2, "frobnicate"),
        (("fit", PENGUINS, "--nonsense"), 2, "nonsense"),
    ],
)
def test_exit_codes_and_messages(
    arguments: tuple[str, ...],
    code: int,
    says: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == code
    spoken = capsys.readouterr()
    assert says in (spoken.err + spoken.out).replace("\n", " ")


def test_explain_check_and_notes_speak(fitted: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, says in (
        (("explain", str(fitted / "model.pellucid")), "Objective"),
        (("check", PENGUINS, "-t", "species"), "several classes"),
        (("notes", "2.6"), "2.6"),
        (("derive", "norm2(X' * theta - y)^2", "--wrt", "theta"), "2 X (Xᵀ θ - y)"),
        (
            ("check-gradient", "norm2(theta)^2", "--wrt", "theta", "--answer", "theta"),
            "Missing factor",
        ),
    ):
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code in (0, None)
        assert says in capsys.readouterr().out


def test_an_unwritable_output_leaves_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SystemExit) as ended:
        main(["fit", PENGUINS, "-t", "species", "-o", str(tmp_path / "file")])
    assert ended.value.code == 1
    assert "is a file; name a folder" in capsys.readouterr().err


COMMANDS = (
    "fit", "predict", "cluster", "compare", "encode", "decode", "explain", "check", "notes", "demo",
    "derive", "check-gradient", "minimize", "lab", "serve", "export",
)  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_help_is_whole_sentences_without_noise(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        main([command, "--help"])
    assert left.value.code == 0
    said = capsys.readouterr().out
    assert f"Usage: pellucid {command}" in said
    assert "[default" not in said  # the text itself names it
    assert "--no-" not in said.replace("--no-open", "")
    if command in ("predict", "explain"):
        assert "fit, cluster or encode wrote" in " ".join(said.replace("│", "").split())


def test_every_command_is_in_the_list_and_only_these(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    listed = {line[2:].split()[0] for line in capsys.readouterr().out.splitlines() if "│ " in line}
    assert set(COMMANDS) <= listed


def test_no_flag_is_on_that_nobody_asked_for() -> None:
    own = [f for f in vars(commands).values() if getattr(f, "__module__", "") == commands.__name__]
    given = [each for command in own for each in inspect.signature(command).parameters.values()]
    flags = [each for each in given if isinstance(each.default, bool)]
    assert {"balance", "resume", "keep_test_out", "json"} <= {each.name for each in flags}
    assert not any(each.default for each in flags)


def test_a_model_saved_in_python_is_explained_and_not_guessed_with(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "ridge.pellucid"
    save_model(Ridge().fit([[0.0], [1.0], [2.0]], [1.0, 2.0, 3.0]), path)
    for command, code, says in (
        (("predict", str(path), PENGUINS), 1, "holds a Ridge that was saved in Python"),
        (("explain", str(path)), 0, "Objective"),
    ):
        with pytest.raises(SystemExit) as left:
            main(list(command))
        assert left.value.code == code
        spoken = capsys.readouterr()
        assert says in spoken.out + spoken.err


def test_the_module_runs_and_its_import_does_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["pellucid", "--version"])
    runpy.run_module("pellucid.__main__")
    assert capsys.readouterr().out == ""
    for option, code, says in (("--version", 0, "."), ("--absent", 2, "Unknown command")):
        ended = subprocess.run(
            [sys.executable, "-m", "pellucid", option], capture_output=True, text=True
        )
        assert ended.returncode == code
        assert says in ended.stdout + ended.stderr


def test_a_table_is_worth_as_many_processes_as_its_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fit_output, "threads", lambda: 4)
    for size, count in ((19_999, 1), (20_000, 2), (99_999, 2), (100_000, -1)):
        (tmp_path / "t.csv").write_bytes(b"1" * size)
        assert fit_output._processes(str(tmp_path / "t.csv")) == count
    assert fit_output._processes("-") == fit_output._processes(str(tmp_path)) == 1
    assert fit_output._processes(f"{tmp_path / 't.csv'}::table") == -1
    monkeypatch.setattr(fit_output, "threads", lambda: 1)
    (tmp_path / "t.csv").write_bytes(b"1" * 20_000)
    assert fit_output._processes(str(tmp_path / "t.csv")) == 1


def test_processes_are_those_asked_for_or_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[object] = []

    def fitted(data: str, settings: Settings, *rest: object, **named: object) -> object:
        seen.append(settings.jobs)
        raise PellucidError("enough")

    monkeypatch.setattr("pellucid.jobs.on_blocks.fit_any_size.fit_any_size", fitted)
    monkeypatch.setattr(fit_output, "_processes", lambda data: 7)
    monkeypatch.setattr("pellucid.processes.start_processes", lambda count, modules: None)
    for options in ((), ("--jobs", "3")):
        with pytest.raises(SystemExit):
            main(["fit", str(PENGUINS), "--target", "species", *options])
    assert seen == [7, 3]
