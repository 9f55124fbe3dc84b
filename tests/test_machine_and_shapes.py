"""What the foundation says of threads, memory, settings, typeset titles and complex numbers."""

from __future__ import annotations

import os
import sys
from contextlib import nullcontext
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from pellucid import KMeans, Ridge, memory, threads
from pellucid.data.blocks.cell_counts import count_cells, merge_counts
from pellucid.errors import HyperparameterError, TableError
from pellucid.hyperparameters import Hyperparameter
from pellucid.notebook_card import _shortened
from pellucid.typesetting import svg


def test_threads_are_the_cores_unless_a_parent_says_fewer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1, 2}, raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 7)
    for said, found in (("", 3), ("2", 2), ("9", 3), ("many", 3)):
        monkeypatch.setenv("OMP_NUM_THREADS", said)
        assert threads.threads() == found
    monkeypatch.delattr(os, "sched_getaffinity")
    assert threads.threads() == 7
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert threads.threads() == 1


def test_who_works_alone_knows_it_and_blas_is_limited_for_few_columns() -> None:
    assert not threads.is_single_threaded()
    with threads.single_threaded():
        assert threads.is_single_threaded()
    assert not threads.is_single_threaded()
    assert not isinstance(threads.one_blas_thread(threads.WIDEST), nullcontext)
    assert isinstance(threads.one_blas_thread(threads.WIDEST + 1), nullcontext)


def test_memory_is_counted_in_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    for at, letter in enumerate("kmgt", 1):
        assert memory.parse_bytes(f"3{letter}b") == 3 * 1000**at
        assert memory.parse_bytes(f"3 {letter}ib") == 3 * 1024**at
    assert memory.parse_bytes("17") == 17
    if sys.platform == "linux":
        assert 2**24 < memory.peak_memory() < memory.total_memory()
        assert 2**24 < memory._available() <= memory.total_memory()


def test_a_range_shown_may_be_the_whole_declared_one() -> None:
    whole = Hyperparameter("x", 1.0, "float", "X.", low=1, high=9, shown=(1, 9), scale="log")
    assert whole.shown == (1, 9)
    for shown in ((0, 9), (1, 10), (3, 3), (5, 2)):
        with pytest.raises(HyperparameterError, match="must rise, lie within"):
            Hyperparameter("x", 1.0, "float", "X.", low=1, high=9, shown=shown)
    with pytest.raises(HyperparameterError, match="above 0 on a log scale"):
        Hyperparameter("x", 1.0, "float", "X.", low=0, shown=(0, 1), scale="log")


def test_words_are_settings_only_where_they_are_choices() -> None:
    number = Hyperparameter("x", "auto", "float", "X.", low=0, choices=("auto",))
    number.check("auto", "Model")
    number.check(2.0, "Model")
    word = Hyperparameter("how", "sum", "str", "How.", choices=("sum", "mean"))
    word.check("mean", "Model")
    for setting, value in ((number, "other"), (word, "other"), (word, 3)):
        with pytest.raises(HyperparameterError, match="Model"):
            setting.check(value, "Model")


def test_settings_stand_in_the_documentation_of_a_class() -> None:
    assert "{hyperparameters}" not in (Ridge.__doc__ or "")
    assert "lam : " in (Ridge.__doc__ or "")


def test_a_formula_with_a_title_is_sound_xml_that_speaks_it() -> None:
    title = 'the loss "J" of <θ> & more'
    root = ElementTree.fromstring(svg(r"\theta^2", title=title))
    assert root.get("role") == "img"
    assert root.get("aria-label") == title
    assert root[0].tag.endswith("title")
    assert root[0].text == title


def test_a_cell_of_a_card_is_cut_behind_the_most_letters() -> None:
    assert _shortened("abcd", 4) == "abcd"
    assert _shortened("abcde", 4) == "abc…"


def test_counts_of_two_runs_of_rows_add_up() -> None:
    import pyarrow as pa

    one, other = (count_cells(pa.chunked_array([c])) for c in (["1", None, "x"], ["2", "1"]))
    both = merge_counts(one, other)
    assert (both.rows, both.missing, both.low, both.high) == (5, 1, 1.0, 2.0)
    assert both.numbers == {1.0: 2, 2.0: 1}
    assert both.texts == {"x": 1}


@pytest.mark.parametrize("named", [False, True])
def test_complex_numbers_are_refused_in_our_words(named: bool) -> None:
    X, y = np.arange(12.0).reshape(6, 2), np.arange(6.0)
    h = Ridge().fit(X=X, y=y) if named else Ridge().fit(X, y)
    wrong = [X + 1j, (X + 1j).tolist(), pd.DataFrame(X + 1j)]
    for rows in wrong:
        with pytest.raises(TableError, match=r"Complex data not supported.*imaginary parts"):
            KMeans(2).fit(X=rows) if named else KMeans(2).fit(rows)
        with pytest.raises(TableError, match="imaginary parts"):
            h.predict(rows)
