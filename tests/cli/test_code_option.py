"""`pellucid fit --code`: chosen, said, shown, kept, replayed, and refused by name."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pellucid import load_model, read_table
from pellucid.cli import main
from pellucid.jobs.fit.fit_result import Settings


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rng = np.random.default_rng(0)
    sizes, sites = rng.integers(0, 4, 120), rng.integers(0, 3, 120)
    price = np.array([1, 5, 6, 9])[sizes] + sites + rng.normal(size=120) / 10
    path = tmp_path_factory.mktemp("codes") / "t.csv"
    lines = [
        f"{['S', 'M', 'L', 'XL'][s]},{'abc'[t]},{p:.3f}"
        for s, t, p in zip(sizes, sites, price, strict=True)
    ]
    path.write_text("size,site,price\n" + "\n".join(lines) + "\n")
    return path


def run(capsys: Any, *arguments: Any) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main([str(a) for a in arguments])
    said = capsys.readouterr()
    return int(ended.value.code or 0), said.out, said.err


def test_a_code_is_chosen_shown_kept_and_replayed(table: Path, tmp_path: Path, capsys: Any) -> None:
    """5.3-choose-a-code: the choice and its reason stand in the terminal, the report, run.toml."""
    one, other = tmp_path / "one", tmp_path / "other"
    said = run(capsys, "fit", table, "-t", "price", "--model", "ridge", "--code",
               "site=thermometer:b,a,c", "-o", one)  # fmt: skip
    words = " ".join(said[1].split())
    assert "size: thermometer:S, M, L, XL Ordered by name (size: S < M < L < XL)" in words
    assert "site: thermometer:b, a, c As you said." in words
    page = (one / "report.html").read_text()
    assert "How they became numbers" in page
    assert "each step has a weight of its own" in page
    kept = tomllib.loads((one / "run.toml").read_text())
    assert kept["settings"]["code"] == {"site": "thermometer:b,a,c"}
    assert kept["codes"]["size"]["code"] == "thermometer:S,M,L,XL"
    assert "Ordered by name" in kept["codes"]["size"]["reason"]
    run(capsys, "fit", table, "--config", one / "run.toml", "-o", other)
    for name in ("model.pellucid", "run.toml"):
        assert (one / name).read_bytes() == (other / name).read_bytes()
    names = load_model(one / "model.pellucid").steps[0].get_feature_names_out().tolist()
    assert names == ["size≥M", "size≥L", "size≥XL", "site≥a", "site≥c"]
    shuffled = read_table(table).take(np.arange(10, dtype=np.intp)[::-1])
    machine = load_model(one / "model.pellucid")
    np.testing.assert_array_equal(machine.predict(shuffled), machine.predict(table)[:10][::-1])


def test_a_code_given_anew_overrides_that_of_the_file(
    table: Path, tmp_path: Path, capsys: Any
) -> None:
    ridge = ("--model", "ridge", "-o", tmp_path)
    run(capsys, "fit", table, "-t", "price", "--code", "site=one-hot:c,b,a", "--code",
        "size=numeric:S=0,M=4,L=5,XL=8", *ridge)  # fmt: skip
    _, out, _ = run(capsys, "fit", table, "--config", tmp_path / "run.toml", "--code",
                    "size=one-hot", "--json", *ridge)  # fmt: skip
    found = {c["column"]: c["code"] for c in json.loads(out)["codes"]}
    assert found == {"size": "one-hot", "site": "one-hot:c,b,a"}


@pytest.mark.parametrize(
    ("codes", "says"),
    [
        (("sites=one-hot",), "no column 'sites'. Did you mean 'site'"),
        (("site",), "--code takes column=code, such as"),
        (("site=hot",), "Column 'site': There is no code 'hot'; there are standardize"),
        (("site=thermometer",), "show no order"),
        (("site=thermometer:a,b",), "'site' also holds 'c'"),
        (("price=bins",), "'price' is given a code, but it is the target"),
        (("size=standardize",), "should hold numbers"),
        (("site=one-hot", "--numeric", "site"), "needs it as category, and numeric is asked for"),
        (("site=one-hot", "--drop", "site"), "needs it as category, and drop is asked for"),
        (("site=one-hot", "--group", "site"), "'site' is given a code, but it groups the rows"),
    ],
)
def test_a_code_that_cannot_be_is_refused_by_name(
    table: Path, tmp_path: Path, codes: tuple[str, ...], says: str, capsys: Any
) -> None:
    code, _, err = run(capsys, "fit", table, "-t", "price", "-o", tmp_path, "--code", *codes)
    assert code == 1
    assert says in err
    assert not list(tmp_path.iterdir())


def test_settings_with_no_codes_read_as_before() -> None:
    assert Settings("y").reading()["category"] == ()
    plain = Settings("y", code={"a": "thermometer:x,y", "b": "bins:1"}, category=("c",)).reading()
    assert plain["category"] == ("c", "a")
    assert plain["numeric"] == ("b",)
