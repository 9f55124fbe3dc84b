"""Chapter 5, §5.3 run: its examples of codes and scales with their numbers, and its pitfalls."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

from pellucid import (
    BinaryCode,
    Bins,
    Center,
    FactoredCode,
    NumericCode,
    OneHotCode,
    Ridge,
    Standardize,
    TableEncoder,
    ThermometerCode,
    suggest_codes,
)
from pellucid.data.class_codes import (
    evenly_spaced,
    from_binary,
    from_numeric,
    from_one_hot,
    from_thermometer,
    one_hot,
    thermometer,
)
from pellucid.errors import CodeWarning, TableError
from pellucid.features.class_code import ClassCode

FOUR = [[1], [2], [3], [4]]
PIECES = [["table"], ["bed"], ["couch"], ["chair"]]
THETA = np.array([2.0, 3.0, 5.0, 7.0])
SHUFFLED = [2, 0, 3, 1]  # [θ3, θ1, θ4, θ2]


def test_a_code_is_chosen_by_kind_order_and_structure() -> None:
    """5.3-choose-a-code: Concept 192."""
    frame = pd.DataFrame(
        {
            "mass": np.linspace(1, 2, 12),
            "poll": ["disagree", "neutral", "agree"] * 4,
            "colour": ["red", "green", "blue"] * 4,
            "shift": [f"{a}/{b}" for a in ("early", "late", "night") for b in ("x", "y")] * 2,
            "ok": ["yes", "no"] * 6,
        }
    )
    found = {s.column: s for s in suggest_codes(frame)}
    assert {name: s.code for name, s in found.items()} == {
        "mass": "standardize",
        "poll": "thermometer:disagree,neutral,agree",
        "colour": "one-hot",
        "shift": "factored:/",
        "ok": "two-valued",
    }
    assert all(s.reason.endswith(".") for s in found.values())
    assert "each step has a weight of its own" in found["poll"].reason


def test_every_code_ends_in_real_vectors() -> None:
    """5.3.1-real-outputs: Clar 193."""
    warnings.simplefilter("ignore", CodeWarning)
    size = [["low"], ["mid"], ["high"]]
    codes: list[ClassCode] = [
        NumericCode(),
        ThermometerCode(),
        OneHotCode(),
        FactoredCode(),
        BinaryCode(),
    ]
    for code in codes:
        rows = code.fit_transform(size)
        assert rows.dtype == np.float64
        assert rows.ndim == 2
        assert len(rows) == 3


def test_numeric_code_of_four_classes() -> None:
    """5.3.1.1-four-classes, 5.3.1.1-numeric-code: eq 5.15, and a spacing of one's own."""
    assert NumericCode().fit_transform(FOUR).ravel().tolist() == [0.25, 0.5, 0.75, 1.0]
    own = NumericCode(spacing=[[0, 1, 10, 100]]).fit(FOUR)
    assert own.transform([[3], [1]]).ravel().tolist() == [10.0, 0.0]
    assert own.inverse_transform([[10.0], [0.0], [90.0]]).ravel().tolist() == [3, 1, 4]
    np.testing.assert_array_equal(
        from_numeric(evenly_spaced(7)[:, None], evenly_spaced(7)), range(7)
    )


def test_one_two_three_says_three_times_as_much() -> None:
    """5.3.1.1-false-scale: Concept 195; text is given no numbers unless it shows an order."""
    poll = [["disagree"], ["neutral"], ["agree"]]
    coded = NumericCode(spacing=[[1, 2, 3]]).fit(poll)
    assert coded.transform([["agree"]]) == 3 * coded.transform([["disagree"]])
    assert "invents a scale" in str(coded.explain())
    with pytest.raises(TableError, match=r"show none.*OneHotCode"):
        NumericCode().fit([["red"], ["blue"], ["green"]])


def test_thermometer_code_of_four_classes() -> None:
    """5.3.1.2-four-classes, 5.3.1.2-thermometer-code: eq 5.16, printed and first class first."""
    printed = ThermometerCode(orientation="as printed").fit_transform(FOUR)
    assert printed.tolist() == [[0, 0, 0, 1], [0, 0, 1, 1], [0, 1, 1, 1], [1, 1, 1, 1]]
    assert ThermometerCode().fit_transform(FOUR).tolist() == printed[:, ::-1].tolist()
    assert (printed[1:, 2] == 1).all()  # classes 2 to 4 share Class ≥ 2
    names = ThermometerCode(orientation="as printed").fit(FOUR).get_feature_names_out(["c"])
    assert names.tolist() == ["c≥4", "c≥3", "c≥2", "c≥1"]


def test_a_thermometer_on_unordered_categories_is_refused() -> None:
    """5.3.1.2-unordered-refused: colours, animals, companies."""
    for unordered in (["red", "green", "blue"], ["dog", "cat", "bird"], ["Costco", "Twitter", "X"]):
        with pytest.raises(TableError, match="the names of 'x0' show none"):
            ThermometerCode().fit(np.array(unordered)[:, None])
    said = ThermometerCode(categories=[["blue", "green", "red"]]).fit([["red"]])
    assert said.transform([["green"]]).tolist() == [[1, 1, 0]]


def test_the_entry_class_at_least_one_is_the_offset_again() -> None:
    """5.3.1.2-constant-entry: it is always 1; without it an offset makes nothing singular."""
    whole = ThermometerCode().fit_transform(FOUR)
    assert (whole[:, 0] == 1).all()
    left = ThermometerCode(include_constant=False).fit(FOUR)
    assert left.transform(FOUR).tolist() == whole[:, 1:].tolist()
    assert left.get_feature_names_out(["c"]).tolist() == ["c≥2", "c≥3", "c≥4"]
    assert left.inverse_transform(left.transform(FOUR)).tolist() == FOUR
    with_offset = np.column_stack([np.ones(4), left.transform(FOUR)])
    assert np.linalg.matrix_rank(with_offset) == 4
    assert np.linalg.matrix_rank(np.column_stack([np.ones(4), whole])) == 4 < 5
    ordered = pd.DataFrame({"c": ["low", "mid", "high"]})
    assert TableEncoder().fit(ordered).get_feature_names_out().tolist() == ["c≥mid", "c≥high"]


def test_furniture_first_category_first_and_as_printed() -> None:
    """Def 197, eq 5.18: both orientations; one point is never in two classes."""
    pieces = [["table", "bed", "couch", "chair"]]
    first = OneHotCode(pieces).fit(PIECES)
    assert first.transform([["chair"], ["table"]]).tolist() == [[0, 0, 0, 1], [1, 0, 0, 0]]
    printed = OneHotCode(pieces, orientation="as printed").fit(PIECES)
    assert printed.transform([["table"]]).tolist() == [[0, 0, 0, 1]]
    for code in (first, printed):
        assert code.inverse_transform(code.transform(PIECES)).tolist() == PIECES
        with pytest.raises(TableError, match=r"Row 1 is no code of 'x0'.*two classes"):
            code.inverse_transform([[1, 0, 1, 0]])


def test_a_permuted_one_hot_gives_the_same_answer() -> None:
    """5.3.1.4-permuted-one-hot: Concept 198."""
    phi = one_hot(np.array([1], np.int32), 4)[0]
    assert THETA[SHUFFLED].tolist() == [5, 2, 7, 3]
    assert phi[SHUFFLED].tolist() == [0, 0, 0, 1]
    assert THETA @ phi == THETA[SHUFFLED] @ phi[SHUFFLED] == THETA[1]


def test_a_permuted_thermometer_keeps_three_ones() -> None:
    """5.3.1.4-permuted-thermometer: eq 5.22, eq 5.23."""
    phi = thermometer(np.array([2], np.int32), 4)[0][::-1]
    assert phi.tolist() == [0, 1, 1, 1]
    assert phi[SHUFFLED].tolist() == [1, 0, 1, 1]
    assert THETA @ phi == THETA[SHUFFLED] @ phi[SHUFFLED] == THETA[1:].sum()
    assert phi[SHUFFLED].sum() == 3


def test_cars_and_blood_types() -> None:
    """5.3.1.5-car-and-blood, 5.3.1.5-factored-code: eq 5.24, eq 5.25."""
    cars = [["Nissan Altima"], ["Ford Focus"], ["Nissan Leaf"], ["Ford Ka"]]
    code = FactoredCode().fit(cars)
    assert code.delimiters_ == [" "]
    altima = code.transform([["Nissan Altima"]])[0].astype(bool)
    named = code.get_feature_names_out(["car"])[altima]
    assert named.tolist() == ["car, part 1=Nissan", "car, part 2=Altima"]
    assert code.inverse_transform(code.transform(cars)).tolist() == cars
    new = code.transform([["Ford Altima"]])  # a combination not met, of parts that were
    assert code.inverse_transform(new).tolist() == [["Ford Altima"]]
    types = [[b + s] for b in ("A", "B", "AB", "O") for s in "+-"]
    blood = FactoredCode(lambda b: ("A" in b, "B" in b, b.endswith("+"))).fit(types)
    coded = blood.transform([["AB-"], ["O+"], ["A-"]]).tolist()
    assert coded == [[1, 1, 0], [0, 0, 1], [1, 0, 0]]
    coarse = FactoredCode(lambda b: (b[:-1], b[-1])).fit(types)
    a_minus = coarse.get_feature_names_out(["b"])[coarse.transform([["A-"]])[0].astype(bool)]
    assert a_minus.tolist() == ["b, part 1=A", "b, part 2=-"]


def test_class_six_in_base_two() -> None:
    """5.3.1.6-class-six, 5.3.1.6-binary-code: eq 5.26, with its warning and the measured reason."""
    with pytest.warns(CodeWarning, match=r"3 digits of the 6 classes of 'x0'.*follow 60%"):
        code = BinaryCode().fit([[c] for c in range(1, 7)])
    assert code.transform([[6]]).tolist() == [[1, 1, 0]]
    assert code.inverse_transform(code.transform([[5], [2]])).ravel().tolist() == [5, 2]
    assert code.followed_ == [0.6]
    # measured: with random means of six classes, the bits reach 60 % of the variance on average
    rng = np.random.default_rng(0)
    bits = np.column_stack([np.ones(6), code.transform([[c] for c in range(1, 7)])])
    means = rng.normal(size=(6, 20_000))
    fitted = bits @ np.linalg.lstsq(bits, means, rcond=None)[0]
    spread = ((means - means.mean(axis=0)) ** 2).sum()
    assert ((fitted - means.mean(axis=0)) ** 2).sum() / spread == pytest.approx(0.6, abs=0.01)


def test_numbers_stay_numbers() -> None:
    """5.3.3-numeric-kept: Concept 204; whole numbers too, with one column and one weight."""
    frame = pd.DataFrame({"rate": [60, 72, 90, 66, 72], "price": [1.5, 2.5, 9.0, 4.0, 2.0]})
    assert [s.code for s in suggest_codes(frame)] == ["standardize", "standardize"]
    encoder = TableEncoder().fit(frame)
    assert encoder.get_feature_names_out().tolist() == ["rate", "price"]
    kept = TableEncoder(codes={"rate": "number"}).fit(frame)
    assert kept.transform(frame)[:, 0].tolist() == frame["rate"].tolist()


def test_ages_are_cut_at_eighteen_and_twenty_one() -> None:
    """5.3.3-age-bins, 5.3.3-bins: Concept 205; a bin holds its lower edge; unequal widths."""
    ages = np.array([[0], [17.9], [18], [20], [21], [80]])
    bins = Bins(edges=[18, 21]).fit(ages)
    assert bins.transform(ages).argmax(axis=1).tolist() == [0, 0, 1, 1, 2, 2]
    assert bins.get_feature_names_out(["age"]).tolist() == ["age <18", "age 18 to <21", "age ≥21"]
    frame = pd.DataFrame({"age": ages.ravel()})
    encoder = TableEncoder(codes={"age": "bins:18,21"}).fit(frame)
    np.testing.assert_array_equal(encoder.transform(frame), bins.transform(ages))


def test_one_to_six() -> None:
    """Def 207, Def 209, eq 5.32, eq 5.33: mean 3.5, σ = √(35/12), centred and standardised."""
    x = np.arange(1.0, 7.0)[:, None]
    h = Standardize().fit(x)
    assert h.mean_[0] == 3.5
    assert h.scale_[0] == pytest.approx(np.sqrt(35 / 12), rel=1e-15)
    wanted = [-1.4639, -0.8783, -0.2928, 0.2928, 0.8783, 1.4639]
    np.testing.assert_allclose(h.transform(x).ravel(), wanted, atol=5e-5)
    assert Center().fit_transform(x).ravel().tolist() == [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5]


def test_codes_come_back_whatever_the_order_of_entries() -> None:
    """5.3.1.4-decode-by-count: a thermometer by its ones, a one-hot only with its places."""
    rng = np.random.default_rng(0)
    classes = np.arange(6, dtype=np.int32)
    for _ in range(20):
        order = rng.permutation(6)
        assert (from_thermometer(thermometer(classes, 6)[:, order]) == classes).all()
        assert (from_one_hot(one_hot(classes, 6)[:, order])[order] == classes).all()
    assert (from_binary(np.zeros((1, 3)), 6) == -1).all()
    assert (from_binary(np.ones((1, 3)), 6) == -2).all()  # there is no class 7


def test_a_linear_model_does_not_mind_the_order_of_entries() -> None:
    """5.3.1.4-order-of-entries: Concept 198, Clar 199."""
    rng = np.random.default_rng(1)
    classes = rng.integers(0, 5, 200).astype(np.int32)
    y = np.array([3.0, -1.0, 4.0, 1.0, -5.0])[classes] + rng.normal(size=200)
    order = rng.permutation(5)
    for code in (one_hot, thermometer):
        X = code(classes, 5)
        one, other = Ridge(lam=0.1).fit(X, y), Ridge(lam=0.1).fit(X[:, order], y)
        np.testing.assert_allclose(one.predict(X), other.predict(X[:, order]), rtol=1e-9)
