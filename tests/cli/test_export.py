"""`pellucid export`: a model file in, SQL or Python out, and refusals in one sentence."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from fitted_machines import machine_of

from pellucid import Ridge
from pellucid.cli import main
from pellucid.storage import save_model


def ran(*words: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["export", *words])
    return int(ended.value.code or 0)


def test_sql_to_a_file_and_python_to_standard_output(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    model, query = tmp_path / "model.pellucid", tmp_path / "model.sql"
    save_model(machine_of("y", "ridge"), model)
    options = ("--dialect", "sqlite", "--table", "main.orders", "--keep", "id", "-o", str(query))
    assert ran(str(model), "--to", "sql", *options) == 0
    assert capfdbinary.readouterr().err.decode().strip() == f"sql written to {query}"
    text = query.read_text(encoding="utf-8")
    assert 'FROM "main"."orders" AS t' in text
    assert 't."id" AS k' in text
    assert sqlite3.complete_statement(text)
    assert ran(str(model), "--to", "python") == 0
    assert b"def predict(row" in capfdbinary.readouterr().out


def test_a_model_without_formulas_is_refused_and_nothing_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save_model(Ridge().fit([[0.0], [1.0], [2.0]], [1.0, 2.0, 3.0]), tmp_path / "ridge.pellucid")
    written = tmp_path / "model.py"
    assert ran(str(tmp_path / "ridge.pellucid"), "--to", "python", "-o", str(written)) == 1
    assert "Ridge has no export to SQL or Python" in capsys.readouterr().err
    assert not written.exists()
