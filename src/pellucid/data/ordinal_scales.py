"""Scales that people order, known by the names of their levels.

Each scale lists its ranks from low to high; a rank lists its spellings. A column has the order of a
scale only if every one of its levels is a rank of that scale, and there are at least three: where
names leave doubt, no order is seen.

Notes: Concept 195, Def 196
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

Ranks = tuple[tuple[str, ...], ...]
FEWEST = 3  # two levels are a two-valued column: an order of two says nothing more


@dataclass(frozen=True)
class Scale:
    """A recognised order.

    Parameters
    ----------
    levels : tuple of str
        The levels as the column spells them, from low to high.
    kind : str
        What is ordered, in words.
    goes_round : bool
        Whether the last is beside the first, as in months.
    """

    levels: tuple[str, ...]
    kind: str
    goes_round: bool = False


def _ranks(text: str) -> Ranks:
    """Ranks parted by "<", spellings of one rank by "|"."""
    return tuple(tuple(name.strip() for name in rank.split("|")) for rank in text.split("<"))


SCALES: tuple[tuple[str, Ranks], ...] = tuple(
    (kind, _ranks(text))
    for kind, text in (
        (
            "agreement",
            "strongly disagree|totally disagree|completely disagree < disagree < somewhat disagree|"
            "slightly disagree|tend to disagree < neutral|neither agree nor disagree|undecided|"
            "neither < somewhat agree|slightly agree|tend to agree < agree < strongly agree|"
            "totally agree|completely agree",
        ),
        (
            "satisfaction",
            "very dissatisfied|very unsatisfied < dissatisfied|unsatisfied < somewhat dissatisfied "
            "< neutral|neither satisfied nor dissatisfied < somewhat satisfied < satisfied < "
            "very satisfied",
        ),
        (
            "likelihood",
            "very unlikely|extremely unlikely < unlikely < neutral|possible < likely < very likely|"
            "extremely likely < certain",
        ),
        (
            "importance",
            "not at all important|unimportant|not important < slightly important < "
            "moderately important|somewhat important < important < very important < "
            "extremely important",
        ),
        (
            "frequency",
            "never < almost never|very rarely < rarely|seldom < occasionally < sometimes < often|"
            "frequently < usually|very often < almost always < always",
        ),
        ("interval of time", "hourly < daily < weekly < fortnightly < monthly < quarterly < yearly|"
         "annually|annual"),
        (
            "amount",
            "none|zero < minimal < very low|very small < low|lo|little|small < low-medium < "
            "medium|mid|med|moderate|average|middle < medium-high < high|hi|large|big < "
            "very high|very large < extreme|extremely high|huge",
        ),
        (
            "size",
            "xxxs < xxs|extra extra small < xs|extra small|x-small < s|small|sm < "
            "m|medium|med|md < l|large|lg < xl|extra large|x-large < xxl|2xl|extra extra large < "
            "xxxl|3xl < 4xl|xxxxl",
        ),
        ("size", "tiny < small < regular|medium|normal|standard < large|big < huge|giant"),
        ("speed", "very slow < slow < medium|moderate|normal < fast < very fast"),
        ("warmth", "freezing < very cold < cold < cool < mild < warm < hot < very hot"),
        (
            "quality",
            "very poor|terrible|awful|very bad < poor|bad < below average < fair|average|ok|okay|"
            "acceptable|typical < above average < good < very good < excellent|great|premium < "
            "outstanding|ideal|perfect",
        ),
        ("quality", "po < fa < ta < gd < ex"),
        ("severity", "none|absent < minimal|trace < mild|minor|slight < moderate < "
         "severe|serious|major < very severe|critical|extreme < fatal"),
        ("priority", "lowest|trivial < low|minor < medium|normal < high|major < "
         "highest|urgent < critical|blocker"),
        ("confidence", "very unsure < unsure < somewhat sure < sure < very sure < certain"),
        ("share", "none|nobody < few|a few < some < half < many|most < all|everybody|everyone"),
        (
            "education",
            "none|no schooling|no education|illiterate < preschool|kindergarten < "
            "primary|primary school|elementary|elementary school|primary education < "
            "middle school|lower secondary < below high school|less than high school|"
            "some high school < secondary|secondary school|high school|high school degree|"
            "high school diploma|high school graduate|hs-grad|secondary education|ged < "
            "some college|vocational < associate|associates|associates degree|associate degree|"
            "associate's degree < bachelor|bachelors|bachelor degree|bachelors degree|bachelor's|"
            "bachelor's degree|undergraduate|undergraduate degree|college|college degree|graduation"
            " < master|masters|master degree|masters degree|master's|master's degree|graduate|"
            "postgraduate|advanced degree|graduate degree < doctorate|doctoral|phd|ph.d.|"
            "doctorate degree|doctoral degree",
        ),
        (
            "years of school and degrees",
            "preschool|kindergarten < 1st-4th < 5th-6th < 7th-8th < 9th|9th grade < "
            "10th|10th grade < 11th|11th grade < 12th|12th grade < hs-grad|high school graduate < "
            "some-college|some college < assoc-voc < assoc-acdm < bachelors|bachelor < "
            "masters|master < prof-school < doctorate",
        ),
        ("age", "baby|infant|newborn < toddler < child|kid < teen|teenager|adolescent|youth < "
         "young adult|young < adult < middle aged|middle-aged < senior|elderly|old"),
        ("experience", "none < novice|beginner|entry|entry level|intern|trainee < junior|basic < "
         "intermediate|mid|mid level|middle < senior|advanced < lead|expert|principal|master"),
        ("rank", "first|1st < second|2nd < third|3rd < fourth|4th < fifth|5th < sixth|6th"),
        ("place", "bottom|lower < lower middle|lower-middle < middle|center|centre < "
         "upper middle|upper-middle < top|upper"),
        ("light", "dark < dim < medium < light|bright < very light|very bright"),
        ("clarity of diamonds", "i3 < i2 < i1 < si2 < si1 < vs2 < vs1 < vvs2 < vvs1 < if < fl"),
        ("doneness", "raw < rare < medium rare < medium < medium well < well done"),
    )
)  # fmt: skip

ROUND: tuple[tuple[str, Ranks], ...] = (
    ("months", _ranks("january|jan < february|feb < march|mar < april|apr < may < june|jun < "
        "july|jul < august|aug < september|sep|sept < october|oct < november|nov < "
        "december|dec")),
    ("days of the week", _ranks("monday|mon < tuesday|tue|tues < wednesday|wed < "
        "thursday|thu|thur|thurs < friday|fri < saturday|sat < sunday|sun")),
    ("seasons", _ranks("spring < summer < autumn|fall < winter")),
    ("times of day", _ranks("early morning|dawn < morning < noon|midday < afternoon < evening < "
        "night < midnight")),
)  # fmt: skip

# Letters, metals and Roman numbers name anything, unless the column's own name says of what.
HINTED: tuple[tuple[str, str, Ranks], ...] = (
    ("grades", r"grade|mark|letter|rating",
     _ranks("f < e < d- < d < d+ < c- < c < c+ < b- < b < b+ < a- < a < a+")),
    ("medals", r"medal|tier|plan|member|level|status|rank|prize",
     _ranks("bronze < silver < gold < platinum < diamond")),
    ("stages", r"stage|phase|grade|class|level|tier|category",
     _ranks("0 < i < ii < iii < iv < v < vi < vii < viii < ix < x")),
)  # fmt: skip

NUMBERED = r"(stage|grade|level|year|star|quarter|phase|tier|rank|week|q|step|floor)s?"


def recognized_scale(name: str, levels: Iterable[str]) -> Scale | None:
    """The order that the names of the levels show, or None where they show none beyond doubt.

    Parameters
    ----------
    name : str
        Of the column; it decides what single letters mean.
    levels : iterable of str
        As the column spells them.

    Examples
    --------
    >>> recognized_scale("size", ["L", "S", "M"]).levels
    ('S', 'M', 'L')
    >>> recognized_scale("site", ["B", "A", "C"]) is None
    True

    Notes: Concept 195, Def 196
    """
    listed = list(levels)
    if len(listed) < FEWEST:
        return None
    plain = [_plain(level) for level in listed]
    for kind, ranks in ROUND:
        order = _ranked(listed, plain, ranks)
        if order:
            return Scale(order, kind, goes_round=True)
    for kind, ranks in SCALES:
        order = _ranked(listed, plain, ranks)
        if order:
            return Scale(order, kind)
    for kind, hint, ranks in HINTED:
        order = _ranked(listed, plain, ranks)
        if order and re.search(rf"(^|[^a-z])({hint})", name.lower()):
            return Scale(order, kind)
    return _numbered(listed, plain) or _intervals(listed, plain)


def _plain(level: str) -> str:
    return re.sub(r"[\s_]+", " ", level).strip().casefold()


def _ranked(levels: list[str], plain: list[str], ranks: Ranks) -> tuple[str, ...]:
    """The levels from low to high; nothing unless each has a rank, and no two the same."""
    place = {spelling: at for at, rank in enumerate(ranks) for spelling in rank}
    found = [place.get(p, place.get(p.replace("-", " "))) for p in plain]
    if any(at is None for at in found) or len(set(found)) < len(found):
        return ()
    return tuple(level for _, level in sorted(zip(found, levels, strict=True)))


def _numbered(levels: list[str], plain: list[str]) -> Scale | None:
    """Stage 1, Stage 2, …; 1 star, 2 stars, …; Q1 … Q4: one word that counts, and a number."""
    matches = [
        re.fullmatch(rf"{NUMBERED}[ .:-]?(\d+)|(\d+)[ -]?{NUMBERED}", text) for text in plain
    ]
    if not all(matches):
        return None
    words = {m[1] or m[4] for m in matches if m}
    numbers = [int(m[2] or m[3]) for m in matches if m]
    if len(words) > 1 or len(set(numbers)) < len(numbers):
        return None
    order = tuple(level for _, level in sorted(zip(numbers, levels, strict=True)))
    word = words.pop()
    return Scale(order, f"numbered by {'quarter' if word == 'q' else word}")


NUMBER = r"[$€£]?(\d[\d,]*(?:\.\d+)?)\s*(?:k|%|years?|yrs?|y)?"
LEAST = r"(?:<=?|≤|under|below|less than|up to)\s*"
MOST = r"(?:>=?|≥|over|above|more than|from)\s*"


def _intervals(levels: list[str], plain: list[str]) -> Scale | None:
    """Ranges of a number, such as 18-24, 25-34, 65+: in order where none overlaps the next."""
    found = [_interval(text) for text in plain]
    if any(each is None for each in found):
        return None
    spans = sorted((each, level) for each, level in zip(found, levels, strict=True) if each)
    for ((_, high), _), ((low, _), _) in pairwise(spans):
        if low < high:
            return None
    return Scale(tuple(level for _, level in spans), "ranges of a number")


def _interval(text: str) -> tuple[float, float] | None:
    def value(written: str) -> float:
        return float(written.replace(",", ""))

    inside = re.fullmatch(rf"{NUMBER}\s*(?:-|–|to)\s*{NUMBER}", text)
    if inside:
        low, high = value(inside[1]), value(inside[2])
        return (low, high) if low <= high else None
    below = re.fullmatch(rf"{LEAST}{NUMBER}", text)
    if below:
        return (float("-inf"), value(below[1]))
    above = re.fullmatch(rf"{MOST}{NUMBER}|{NUMBER}\s*(?:\+|and over|and above|or more|plus)", text)
    if above:
        return (value(above[1] or above[2]), float("inf"))
    return None


def joined_levels(levels: Sequence[str]) -> str:
    """Levels from low to high, for a sentence.

    Notes: Def 196
    """
    shown = list(levels) if len(levels) <= 8 else [*levels[:4], "…", *levels[-2:]]
    return " < ".join(shown)
