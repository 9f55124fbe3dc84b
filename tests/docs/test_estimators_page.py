"""docs/estimators.html says what the code says; every link of the notebook view finds it."""

from __future__ import annotations

from build_estimators import PAGE, built, estimators


def test_the_page_is_as_the_docstrings_are() -> None:
    again = "run .venv/bin/python docs/build_estimators.py"
    assert PAGE.read_text(encoding="utf-8") == built(), again


def test_every_link_of_the_notebook_view_finds_its_place() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for E in estimators():
        file, _, place = E()._get_doc_link().partition("#")
        assert file == f"docs/{PAGE.name}"
        assert f'id="{place}"' in text
