"""Where the pictures of claims go."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from pellucid.pictures.claims import output_folder


def test_pictures_go_to_the_folder_that_is_named_or_to_a_new_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "argv", ["claims.py", str(tmp_path / "own")])
    assert output_folder() == tmp_path / "own"
    monkeypatch.setattr(sys, "argv", ["claims.py"])
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert output_folder().parent == tmp_path
    monkeypatch.setattr(sys, "argv", ["claims.py", "one", "two"])
    with pytest.raises(SystemExit, match=r"Usage: python claims\.py \[FOLDER\]"):
        output_folder()
