"""`suggest_codes`: orders that names show, those they do not; compounds; and what a person says."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid import TableEncoder, read_table, suggest_codes
from pellucid.data.column_code import CODES, format_code, parse_code
from pellucid.data.compound_categories import detect_compound, guess_delimiter, split_levels
from pellucid.data.ordinal_scales import ROUND, SCALES, recognized_scale
from pellucid.errors import ColumnError, HyperparameterError

ORDERED = [
    ("poll", "Strongly Disagree,Disagree,Neutral,Agree,Strongly Agree"),
    ("poll", "very dissatisfied,dissatisfied,satisfied,very satisfied"),
    ("q7", "Never,Rarely,Sometimes,Often,Always"),
    (
        "education",
        "Below High School,High School Degree,Associates Degree,Bachelors,Advanced Degree",
    ),
    ("education", "HS-grad,Some-college,Bachelors,Masters,Doctorate"),
    (
        "education",
        "Preschool,1st-4th,5th-6th,7th-8th,9th,10th,11th,12th,HS-grad,Some-college,Assoc-voc,"
        "Assoc-acdm,Bachelors,Masters,Prof-school,Doctorate",
    ),
    ("size", "XS,S,M,L,XL,XXL"),
    ("size", "small,medium,large"),
    ("level", "low,medium,high"),
    ("level", "very_low,low,mid,high,very_high"),
    ("month", "Jan,Feb,Mar,Apr,May,Jun,Jul,Aug,Sep,Oct,Nov,Dec"),
    ("month", "march,april,december"),
    ("day", "Mon,Tue,Wed,Thu,Fri,Sat,Sun"),
    ("season", "spring,summer,autumn,winter"),
    ("cut", "Fair,Good,Very Good,Premium,Ideal"),
    ("clarity", "SI2,SI1,VS2,VS1,VVS2,VVS1,IF"),
    ("kitchen", "Fa,TA,Gd,Ex"),
    ("age", "18-24,25-34,35-44,45-54,55-64,65+"),
    ("age", "<18,18 to 21,>21"),
    ("income", "under $10k,$10k-$20k,$20k or more"),
    ("grade", "F,D,C,B,A"),
    ("letter_grade", "C-,C,C+,B-,B+,A"),
    ("stage", "I,II,III,IV"),
    ("rating", "1 star,2 stars,3 stars,10 stars"),
    ("quarter", "Q1,Q2,Q3,Q4"),
    ("class", "First,Second,Third"),
    ("severity", "none,mild,moderate,severe"),
    ("membership", "bronze,silver,gold"),
]
UNORDERED = [
    ("site", "a,b,c"),
    ("grade_of_ore", "north,south,east"),
    ("blood", "A+,A-,B+,B-,O+,O-"),
    ("block", "A,B,C,D"),
    ("group", "I,II,III"),
    ("metal", "bronze,silver,gold"),
    ("colour", "Red,Orange,Yellow,Green,Blue,Purple"),
    ("animal", "Dog,Cat,Bird,Spider,Fish,Scorpion"),
    ("company", "Walmart,Costco,McDonald's,Twitter"),
    ("island", "Biscoe,Dream,Torgersen"),
    ("room", "room 1,room 2,room 3"),
    ("level", "low,high"),  # two: a two-valued column
    ("level", "low,medium,banana"),  # one that is no rank
    ("level", "low,Low,high"),  # two of one rank
    ("age", "18-30,25-40,41-60"),  # these overlap
    ("stage", "stage 1,level 2,stage 3"),
    ("x", "small,agree,monday"),
]


@pytest.mark.parametrize(("name", "levels"), ORDERED, ids=lambda each: each[:24])
def test_an_order_that_names_show(name: str, levels: str) -> None:
    """Def 196: whatever the order in which they are met."""
    low_to_high = levels.split(",")
    for shuffled in (sorted(low_to_high), low_to_high[::-1]):
        scale = recognized_scale(name, shuffled)
        assert scale is not None
        assert list(scale.levels) == low_to_high


@pytest.mark.parametrize(("name", "levels"), UNORDERED, ids=lambda each: each[:24])
def test_where_names_leave_doubt_no_order_is_seen(name: str, levels: str) -> None:
    assert recognized_scale(name, levels.split(",")) is None


def test_no_scale_contradicts_itself() -> None:
    """Each spelling stands at one rank of its scale, and is written as it is compared."""
    for kind, ranks in (*SCALES, *ROUND):
        spellings = [name for rank in ranks for name in rank]
        assert len(set(spellings)) == len(spellings), kind
        assert all(name == name.casefold().strip() for name in spellings), kind
        found = recognized_scale("x", [rank[0] for rank in ranks])
        assert found is not None
        assert found.kind == kind
    assert recognized_scale("m", ["Jan", "Feb", "Mar"]).goes_round  # type: ignore[union-attr]


@given(st.lists(st.text(max_size=10), max_size=8, unique=True), st.text(max_size=8))
def test_any_names_are_looked_at_without_harm(levels: list[str], name: str) -> None:
    scale = recognized_scale(name, levels)
    assert scale is None or sorted(scale.levels) == sorted(levels)
    detect_compound(levels)
    guess_delimiter(levels)


def test_compounds_are_full_grids_of_parts() -> None:
    """Def 201: beyond doubt, or not at all."""
    grid = [f"{a}_{b}" for a in ("make", "model", "trim") for b in ("x", "y", "z")]
    assert detect_compound(grid) is not None
    assert detect_compound(grid[:4]) is None  # too few
    assert detect_compound([f"p{i}-q{i}" for i in range(9)]) is None  # no part comes back
    assert (
        detect_compound(["New York", "New Jersey", "New Mexico", "Old Town", "Fort Worth", "Ohio"])
        is None
    )
    assert split_levels(["a-b-c", "d"], "-", 2) == [("a", "b-c"), ("d",)]


@given(st.sampled_from([c for c in CODES if CODES[c].takes and c != "factored"]), st.data())
def test_a_code_is_read_as_it_is_spelled(name: str, data: st.DataObject) -> None:
    given_ = tuple(data.draw(st.lists(st.text(min_size=1, max_size=8), min_size=1, max_size=5)))
    assert parse_code(format_code(name, given_)) == (name, given_)


def test_codes_said_by_a_person_stand_and_are_checked() -> None:
    frame = pd.DataFrame({"size": ["S", "M", "L"] * 4, "site": ["a", "b", "c"] * 4})
    said = suggest_codes(frame, {"size": "one-hot"})[0]
    assert (said.code, said.reason) == ("one-hot", "As you said.")
    assert suggest_codes(frame, {"size": "thermometer"})[0].code == "thermometer:S,M,L"
    with pytest.raises(ColumnError, match=r"no column 'sizes'\. Did you mean 'size'"):
        suggest_codes(frame, {"sizes": "one-hot"})
    with pytest.raises(HyperparameterError, match=r"'site'.*no code 'hot'; there are standardize"):
        suggest_codes(frame, {"site": "hot"})
    with pytest.raises(HyperparameterError, match="empty place between commas: 'a,,b'"):
        suggest_codes(frame, {"site": "one-hot:a,,b"})
    with pytest.raises(HyperparameterError, match="dates takes nothing after a colon"):
        suggest_codes(frame, {"site": "dates:1"})


def test_columns_that_carry_nothing_get_no_code() -> None:
    frame = pd.DataFrame(
        {
            "id": [f"r{i}" for i in range(20)],
            "same": ["x"] * 20,
            "words": [f"a sentence with {i} words of its own" for i in range(20)],
            "when": pd.date_range("2024-01-01", periods=20),
            "u": np.linspace(0, 1, 20),
        }
    )
    found = {s.column: s.code for s in suggest_codes(read_table(frame))}
    assert found == {"id": "", "same": "", "words": "text", "when": "dates", "u": "standardize"}
    without = suggest_codes(read_table(frame), for_target=False)
    assert {s.column for s in without if not s.code} == {"id", "same", "words"}


def test_levels_with_blanks_commas_and_quotes_are_kept() -> None:
    frame = pd.DataFrame({"size": [" small", "medium ", "LARGE"] * 4})
    suggestion = suggest_codes(frame)[0]
    assert suggestion.code == 'thermometer:" small","medium ",LARGE'
    assert TableEncoder().fit(frame).codes_[0]["levels"] == [" small", "medium ", "LARGE"]
    odd = pd.DataFrame({"c": ["red, dark", 'a "b"', "x:y", "x=y"] * 3})
    spelled = format_code("one-hot", ("x=y", 'a "b"', "red, dark", "x:y"))
    levels = TableEncoder(codes={"c": spelled}).fit(odd).codes_[0]["levels"]
    assert levels == ["x=y", 'a "b"', "red, dark", "x:y"]


def test_an_order_that_the_column_states_is_taken() -> None:
    stages = ["seed", "sprout", "tree", "felled"]
    frame = pd.DataFrame({"s": pd.Categorical(["tree", "seed", None, "sprout"] * 4, stages, True)})
    suggestion = suggest_codes(frame)[0]
    assert suggestion.code == "thermometer:seed,sprout,tree,felled"
    assert suggestion.reason.startswith("The column states its order (seed < sprout < tree < fell")
    encoder = TableEncoder().fit(frame)
    assert encoder.transform(frame)[:2, :3].tolist() == [[1, 1, 0], [0, 0, 0]]
    assert encoder.inverse_transform(encoder.transform(frame))[:4, 0].tolist() == [
        "tree", "seed", None, "sprout"
    ]  # fmt: skip
    assert suggest_codes(frame, {"s": "thermometer"})[0].code == suggestion.code
    plain = pd.DataFrame({"s": pd.Categorical(["tree", "seed", "sprout"] * 4, stages)})
    assert suggest_codes(plain)[0].code == "one-hot"
