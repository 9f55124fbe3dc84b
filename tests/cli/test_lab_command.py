"""`pellucid lab`: what it opens or writes, and what cannot be said together."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pellucid import lab
from pellucid.cli import main


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, tuple[Any, ...], dict[str, Any]]]:
    """What the lab was asked for: nothing is opened or written."""
    found: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []

    def noted(name: str, answer: Any) -> Any:
        return lambda *given, **named: found.append((name, given, named)) or answer

    for name, answer in (("run_lab", None), ("write_page", "p"), ("write_all", ["a", "b"])):
        monkeypatch.setattr(lab, name, noted(name, answer))
    reading = ("run.csv", "y", {"missing": ("?",)})
    monkeypatch.setattr("pellucid.cli.run_file.read_run", lambda folder: reading)
    return found


def stopped(*arguments: str) -> int:
    with pytest.raises(SystemExit) as end:
        main(["lab", *arguments])
    assert end.value.code is None or isinstance(end.value.code, int)
    return end.value.code or 0


def test_the_lab_opens_or_writes_one_page_or_all(
    asked: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert stopped("t.csv", "--target", "y", "--page", "lambda") == 0
    assert stopped("--no-open", "--port", "0") == 0
    assert stopped("--export", "one.html", "--page", "lambda") == 0
    assert stopped("t.csv", "--export-all", "pages") == 0
    assert [name for name, *_ in asked] == ["run_lab", "run_lab", "write_page", "write_all"]
    (_, opened, how), (_, samples, quietly), (_, page, _), (_, pages, _) = asked
    assert (opened, how["target"], how["page"], how["browser"]) == (("t.csv",), "y", "lambda", True)
    assert (samples, quietly["port"], quietly["browser"]) == ((None,), 0, False)
    assert page == ("lambda", Path("one.html"), None)
    assert pages == (Path("pages"), "t.csv")
    out = capsys.readouterr().out
    assert out.count("The lab is closed.") == 2
    assert out.endswith("Written: p\nWritten: a\nWritten: b\n")


def test_the_data_of_a_run_are_read_as_they_were(asked: list[Any]) -> None:
    assert stopped("--run", "pellucid-out") == 0
    ((_, given, how),) = asked
    assert (given, how["target"]) == (("run.csv",), "y")
    assert how["reading"] == {"missing": ("?",)}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--export", "a.html", "--export-all", "b"], "either --export"),
        (["--run", "out", "--target", "y"], "either --run"),
        (["t.csv", "--run", "out"], "either --run"),
        (["--export", "a.html"], "which with --page"),
    ],
)
def test_what_cannot_be_said_together_is_refused(
    arguments: list[str], told: str, asked: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert stopped(*arguments) == 1
    assert told in capsys.readouterr().err
    assert not asked
