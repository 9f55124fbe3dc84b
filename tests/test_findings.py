"""What a finding advises can be pasted into a shell.

Notes: §1.0.5
"""

from __future__ import annotations

import re
import shlex

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid import Settings, fit_table, read_table
from pellucid.findings import drop_options, option

WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=12)


@given(WORDS, st.booleans())
def test_a_shell_reads_the_option_and_its_value_as_they_were(value: str, cell: bool) -> None:
    said = option("drop", value, cell=cell)
    parts = shlex.split(said)
    assert parts == ([f"--drop={value}"] if value[0] == "-" else ["--drop", value])
    assert not cell or "'" in said


@given(st.lists(WORDS.filter(lambda name: name[0] != "-"), max_size=4))
def test_each_column_has_an_option_of_its_own(names: list[str]) -> None:
    assert shlex.split(drop_options(names))[1::2] == names


@pytest.mark.parametrize("name", ["home town", "it's", "-x", "$HOME", "a;b"])
def test_advice_names_columns_of_any_spelling_as_a_shell_takes_them(name: str) -> None:
    """Of a column that tells the target, of codes, and of cells that are no numbers."""
    rng = np.random.default_rng(0)
    y = rng.normal(size=60)
    cells = [f"{number:.2f}" for number in rng.normal(size=60)]
    cells[3] = "n.a."
    frame = pd.DataFrame({name: cells, f"{name} too": np.exp(y), "y": y})
    found = fit_table(read_table(frame), Settings("y", model="ridge", cv=2)).findings
    advice = " ".join(each.advice for each in found)
    for option_name, value in (("drop", f"{name} too"), ("category", name)):
        said = option(option_name, value)
        assert said in advice
        assert not re.search(rf"--{option_name} {re.escape(value)}(?!')", advice.replace(said, ""))
