"""The codes of classes: against scikit-learn, there and back, policies, and hostile columns."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st
from sklearn.preprocessing import OneHotEncoder

from pellucid import (
    BinaryCode,
    FactoredCode,
    NumericCode,
    OneHotCode,
    Ridge,
    ThermometerCode,
    load_model,
    save_model,
)
from pellucid.data.class_codes import one_hot, share_of_differences
from pellucid.data.distinct_values import factorize
from pellucid.errors import (
    CodeWarning,
    ColumnError,
    HyperparameterError,
    TableError,
    UnseenCategoryWarning,
)

text = st.text(max_size=12).filter(lambda s: not any("\ud800" <= c <= "\udfff" for c in s))
columns = st.one_of(
    st.lists(text, min_size=1, max_size=30),
    st.lists(st.integers(-(2**60), 2**60), min_size=1, max_size=30),
    st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=30),
    st.lists(st.booleans(), min_size=1, max_size=30),
)
CODES = (OneHotCode(), ThermometerCode(), NumericCode(), BinaryCode())
quiet = pytest.mark.filterwarnings("ignore::pellucid.errors.CodeWarning")


def column(values: list[Any]) -> np.ndarray:
    found = np.empty((len(values), 1), dtype=object)
    found[:, 0] = values
    return found


@quiet
@given(columns, st.booleans())
def test_one_hot_is_scikit_learns(values: list[Any], sparse: bool) -> None:
    X = column(values)
    mine = OneHotCode(sparse_output=sparse).fit(X)
    listed = mine.categories_[0].tolist()
    theirs = OneHotEncoder(categories=[listed] if isinstance(values[0], str) else "auto")
    expected = theirs.fit_transform(X if isinstance(values[0], str) else np.array(X.tolist()))
    rows = mine.transform(X)
    assert sp.issparse(rows) == sparse
    np.testing.assert_array_equal(rows.toarray() if sparse else rows, expected.toarray())


@quiet
@given(columns, st.sampled_from(CODES), st.sampled_from(["first category first", "as printed"]))
def test_every_code_comes_back(values: list[Any], code: Any, orientation: str) -> None:
    X = column(values)
    settings_: dict[str, Any] = {"categories": [sorted(set(values))]}
    if "orientation" in code.get_params():
        settings_["orientation"] = orientation
    again = type(code)(**settings_).fit(X)
    assert again.inverse_transform(again.transform(X)).ravel().tolist() == values


@quiet
@given(st.integers(1, 40))
def test_thermometer_differences_are_one_hot(k: int) -> None:
    """The steps and the entries span the same models: each is a map of the other."""
    rows = np.arange(k)[:, None]
    steps = ThermometerCode().fit_transform(rows)
    assert (steps.sum(axis=1) == np.arange(1, k + 1)).all()
    np.testing.assert_array_equal(np.diff(steps[:, ::-1], prepend=0)[:, ::-1], np.eye(k))
    assert share_of_differences(steps) == share_of_differences(one_hot(np.arange(k), k)) == 1.0


@pytest.mark.parametrize("sparse", [False, True])
@pytest.mark.parametrize("orientation", ["first category first", "as printed"])
@pytest.mark.parametrize("cls", [OneHotCode, ThermometerCode])
def test_sparse_rows_are_dense_rows(cls: Any, orientation: str, sparse: bool) -> None:
    X = [["a", 3], ["b", 1], [None, 2], ["zz", 1]]
    given_ = [["a", "b"], [1, 2, 3]]
    for policy in ("ignore", "mean", "own column"):
        made = [
            cls(given_, unseen=policy, missing=policy, orientation=orientation, sparse_output=s)
            for s in (False, True)
        ]
        with pytest.warns() if policy != "own column" else _nothing():
            dense, kept = (code.fit_transform(X) for code in made)
        np.testing.assert_array_equal(dense, kept.toarray())
        back = made[0].inverse_transform(kept if sparse else dense)
        assert back[:2].tolist() == [["a", 3], ["b", 1]]
        if policy != "ignore" or cls is OneHotCode:
            assert back[2:, 0].tolist() == [None, None]


@pytest.mark.filterwarnings("ignore::pellucid.errors.CodeWarning")  # of a single value
@given(st.integers(1, 4), st.lists(st.integers(0, 3), min_size=1, max_size=9), st.booleans())
def test_sparse_steps_are_dense_steps_with_and_without_the_constant(
    k: int, values: list[int], include: bool
) -> None:
    """A single value has no step but the constant one."""
    X = np.array(values)[:, None] % k
    made = [
        ThermometerCode([[*range(k)]], include_constant=include, sparse_output=sparse)
        for sparse in (False, True)
    ]
    dense, kept = (code.fit_transform(X) for code in made)
    np.testing.assert_array_equal(dense, np.arange(not include, k) <= X)
    np.testing.assert_array_equal(dense, kept.toarray())


def _nothing() -> Any:
    from contextlib import nullcontext

    return nullcontext()


def test_policies_for_unseen_and_missing() -> None:
    """Def 197: each does what it says, and the message of a refusal names the choices."""
    train = [["a"], ["b"], ["b"], ["b"]]
    new = [["a"], ["c"], [None]]
    strict = OneHotCode().fit(train)
    with pytest.raises(TableError, match=r"'c', first in row 2.*'a', 'b'.*'own column'"):
        strict.transform(new[:2])
    with pytest.raises(TableError, match=r"row 3: the value is missing.*missing='ignore'"):
        strict.transform(new)
    with pytest.warns(UnseenCategoryWarning, match="'c'; they are all zeros"):
        zeros = OneHotCode(unseen="ignore", missing="ignore").fit(train).transform(new)
    assert zeros.tolist() == [[1, 0], [0, 0], [0, 0]]
    with pytest.warns(UnseenCategoryWarning, match="stand at the training mean"):
        means = OneHotCode(unseen="mean", missing="mean").fit(train).transform(new)
    assert means.tolist() == [[1, 0], [0.25, 0.75], [0.25, 0.75]]
    own = OneHotCode(unseen="own column", missing="own column").fit(train)
    assert own.transform(new).tolist() == [[1, 0, 0, 0], [0, 0, 0, 1], [0, 0, 1, 0]]
    names = own.get_feature_names_out(["f"]).tolist()
    assert names == ["f=a", "f=b", "f is missing", "f is unseen"]
    number = NumericCode([["a", "b"]], unseen="own column", missing="nan").fit(train)
    np.testing.assert_array_equal(number.transform(new), [[0.5, 0], [0.875, 1], [np.nan, 0]])
    assert number.inverse_transform(number.transform(new)).ravel().tolist() == ["a", None, None]


def test_the_order_of_categories_is_given_stated_or_shown() -> None:
    frame = pd.DataFrame(
        {
            "s": pd.Categorical(["b", "c", "a"], ["c", "b", "a", "z"], ordered=True),
            "m": ["Mar", "Jan", "Feb"],
        }
    )
    code = ThermometerCode().fit(frame)
    assert [c.tolist() for c in code.categories_] == [["c", "b", "a", "z"], ["Jan", "Feb", "Mar"]]
    plain = pd.DataFrame({"s": pd.Categorical(["b", "c"], ["c", "b", "a"])})
    assert OneHotCode().fit(plain).categories_[0].tolist() == ["b", "c"]
    assert OneHotCode().fit([["10"], ["9"], ["b"]]).categories_[0].tolist() == ["9", "10", "b"]


def test_frames_arrays_and_lists_give_the_same_rows() -> None:
    values = ["b", "a", None, "b"]
    sources: list[Any] = [
        column(values),
        [[v] for v in values],
        pd.DataFrame({"x": values}),
        pd.DataFrame({"x": pd.array(["b", "a", pd.NA, "b"], dtype="string")}),
        pd.DataFrame({"x": pd.Categorical(values)}),
        pd.DataFrame({"x": np.array(["b", "a", np.nan, "b"], dtype=object)}),
        pl.DataFrame({"x": values}),
        pl.DataFrame({"x": values}, schema={"x": pl.Categorical}),
    ]
    for source in sources:
        rows = OneHotCode(missing="own column").fit_transform(source)
        assert rows.tolist() == [[0, 1, 0], [1, 0, 0], [0, 0, 1], [0, 1, 0]], type(source)
    framed = OneHotCode(missing="own column").set_output(transform="pandas").fit(sources[2])
    shown = framed.transform(sources[2])
    assert shown.columns.tolist() == ["x=a", "x=b", "x is missing"]


def test_shared_and_fresh_objects_are_coded_alike() -> None:
    """Equal text may be one object, as readers leave it, or a new one a row."""
    rng = np.random.default_rng(0)
    names = np.array([f"c{i}" for i in range(50)] + [None, float("nan")], dtype=object)
    shared = names[rng.integers(0, len(names), 5_000)]
    fresh = np.array([v if not isinstance(v, str) else ("x" + v)[1:] for v in shared], dtype=object)
    one, other = (factorize("c", each) for each in (shared, fresh))
    named = [np.array([*distinct, None], dtype=object)[places] for distinct, places in (one, other)]
    assert named[0].tolist() == named[1].tolist()
    assert sorted(one[0]) == sorted(other[0]) == sorted(names[:50])
    mixed = shared.copy()
    mixed[4_321] = 7
    with pytest.raises(ColumnError, match=r"row 4322 7 .a number."):
        factorize("c", mixed)


@pytest.mark.parametrize(
    ("values", "says"),
    [
        (["a", 7], r"'x0' mixes types: row 1 holds 'a' \(str\), row 2 7 \(a number\)"),
        ([1.0, np.inf], "row 2: the value is infinite"),
        ([{"a": 1}, {"b": 2}], "a category is text, a number or true/false"),
        ([["a"], ["b"]], "a category is text, a number or true/false"),
        ([np.datetime64("2020-01-01"), np.datetime64("2021-01-01")], "Dates"),
        (["a", "\ud800"], "x0"),
        ([None, None], "no value in any row"),
    ],
)
def test_columns_that_are_no_categories_are_refused_by_name(values: list[Any], says: str) -> None:
    with pytest.raises((ColumnError, TableError), match=says):
        OneHotCode(missing="ignore").fit(column(values))


def test_odd_text_is_a_category_like_any_other() -> None:
    """Empty, blank, very long, unicode that looks alike, names that look like ours."""
    odd = ["", " ", "x" * 100_000, "é", "e\u0301", "名前", "x0=a", "\x00", "NaN", "None"]
    code = OneHotCode().fit(column(odd))
    assert len(code.categories_[0]) == len(odd)
    assert code.inverse_transform(code.transform(column(odd))).ravel().tolist() == odd
    assert len(str(code.explain())) < 5_000  # the long one is cut
    with pytest.raises(TableError) as refused:
        code.transform(column(["y" * 100_000]))
    assert len(str(refused.value)) < 1_000


def test_one_category_is_said_and_a_hundred_thousand_are_coded() -> None:
    with pytest.warns(CodeWarning, match="'x0' has one category, 'only'"):
        assert OneHotCode().fit_transform([["only"], ["only"]]).tolist() == [[1], [1]]
    many = np.array([f"id {i}" for i in range(100_000)])[:, None]
    with pytest.raises(TableError, match=r"75 GiB. Say sparse_output=True"):
        OneHotCode().fit_transform(many)
    code = OneHotCode(sparse_output=True).fit(many)
    rows = code.transform(many[:1_000])
    assert rows.shape == (1_000, 100_000)
    assert rows.nnz == 1_000
    assert code.inverse_transform(rows).ravel().tolist() == many[:1_000].ravel().tolist()


@pytest.mark.parametrize(
    ("categories", "says"),
    [
        ([["a", "b", "a"]], "'a' more than once"),
        ([["a", None]], "a missing value is among"),
        ([[]], "is empty"),
        ([["a"], ["b"]], r"2 list\(s\), one is needed for each of 1"),
        (["a", "b"], "categories must be"),
        (7, "categories must be"),
    ],
)
def test_bad_categories_are_named(categories: Any, says: str) -> None:
    with pytest.raises(HyperparameterError, match=says):
        OneHotCode(categories).fit([["a"], ["b"]])


def test_widths_and_spacings_that_do_not_fit_are_named() -> None:
    code = OneHotCode().fit([["a"], ["b"]])
    with pytest.raises(ValueError, match="2 features"):
        code.transform([["a", "b"]])
    with pytest.raises(TableError, match="2 entries in a code; the array has 3"):
        code.inverse_transform(np.eye(3))
    for spacing in ([[1, 2]], [[1, 2, np.nan]], [["x", "y", "z"]]):
        with pytest.raises(HyperparameterError, match="must be 3 finite numbers"):
            NumericCode(spacing=spacing).fit([[1], [2], [3]])
    with pytest.raises(HyperparameterError, match="more columns"):
        NumericCode(spacing=[[1, 2]]).fit([[1, 1], [2, 2]])


def test_factors_guessed_given_split_and_refused() -> None:
    code = FactoredCode(delimiter="-", unseen="own column", missing="own column")
    code.fit([["N-day"], ["S-day"], ["N-night"], ["S"]])
    assert "at '-'" in str(code.explain())
    assert "by the splitter" in str(FactoredCode(tuple).fit([["ab"], ["cd"]]).explain())
    rows = code.transform([["S-night"], ["W-day"], [None]])
    assert code.inverse_transform(rows).ravel().tolist() == ["S-night", None, None]
    assert code.inverse_transform(code.transform([["S"]])).ravel().tolist() == [None]
    with pytest.warns(CodeWarning, match=r"no delimiter divides.*stay whole"):
        whole = FactoredCode().fit([["ab"], ["c-d"]])
    assert whole.get_feature_names_out().tolist() == ["x0=ab", "x0=c-d"]
    with pytest.raises(TableError, match=r"splitter fails on 'b'.*ZeroDivisionError"):
        FactoredCode(lambda v: (1 // (v == "a"),)).fit([["a"], ["b"]])
    with pytest.raises(TableError, match=r"1 part.* for 'c'.* where 2 are needed"):
        FactoredCode(lambda v: tuple(v)).fit([["ab"], ["c"]])
    with pytest.raises(HyperparameterError, match="not both"):
        FactoredCode(tuple, delimiter="-").fit([["a-b"]])


@pytest.mark.parametrize("code", [*CODES, FactoredCode(delimiter=" ")], ids=repr)
@quiet
def test_a_code_is_kept_in_a_file(code: Any, tmp_path: Any) -> None:
    X = [["very low"], ["very high"]] * 3
    fitted = type(code)(**code.get_params()).set_params(
        **({"categories": [["very low", "very high"]]} if "categories" in code.get_params() else {})
    )
    fitted.fit(X)
    save_model(fitted, tmp_path / "code.pellucid")
    again = load_model(tmp_path / "code.pellucid")
    np.testing.assert_array_equal(again.transform(X), fitted.transform(X))
    assert again.inverse_transform(again.transform(X)).tolist() == X


def test_a_code_stands_before_any_linear_model() -> None:
    from sklearn.pipeline import make_pipeline

    rng = np.random.default_rng(0)
    c = rng.integers(0, 4, 300)
    y = np.array([0.0, 5.0, 5.5, 9.0])[c] + 0.1 * rng.normal(size=300)
    X = np.array(["low", "medium", "high", "very high"])[c][:, None]
    steps = make_pipeline(ThermometerCode(include_constant=False), Ridge(lam=1e-6)).fit(X, y)
    np.testing.assert_allclose(steps[-1].coef_, [5.0, 0.5, 3.5], atol=0.1)  # each its own step


@pytest.mark.parametrize("code", [OneHotCode, ThermometerCode, BinaryCode])
def test_only_a_code_that_refuses_missing_values_says_that_it_takes_none(code: Any) -> None:
    assert code(missing="error").__sklearn_tags__().input_tags.allow_nan is False
    assert code(missing="own").__sklearn_tags__().input_tags.allow_nan is True


@pytest.mark.parametrize("sparse", [False, True])
def test_a_factor_that_is_true_or_false_is_one_column_and_found_again(sparse: bool) -> None:
    code = FactoredCode(lambda v: (v[0], v[1] == "+"), sparse_output=sparse)
    cells = [["a+"], ["b-"], ["a-"], ["b+"]]
    rows = code.fit_transform(cells)
    assert rows.shape == (4, 3)
    assert code.inverse_transform(rows).tolist() == [[v[0], v[1] == "+"] for (v,) in cells]
