"""The terms that each chapter of the notes ends with are looked up by the words printed there."""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

import pytest

from pellucid.notes_map import Box, Section, find, render, sections, terms

PRINTED: dict[str, list[str]] = defaultdict(
    list
)  # copied from the notes' lists, by the section of the list
for row in csv.DictReader(
    Path(__file__).with_name("printed_terms.csv").read_text("utf-8").splitlines()
):
    PRINTED[row["list"]].append(row["term"])
COUNTS = {"1.8": 25, "2.8": 40, "3.5": 22, "4.7": 27, "5.4": 17, "6.4": 17, "7.9": 56, "8.6": 25}
COUNTS |= {"9.5": 25, "A.10": 7}


@pytest.mark.parametrize("place", PRINTED)
def test_terms_are_found_as_their_list_prints_them(place: str) -> None:
    """Each is a box or a section that explains it, and `pellucid notes TERM` prints that place."""
    assert len(PRINTED[place]) == COUNTS[place]
    for term in PRINTED[place]:
        found = find(term)
        assert isinstance(found, Box | Section), term
        assert render(term).startswith(found.label.replace("chapter", "Chapter")), term


def test_there_is_a_list_for_each_section_called_terms() -> None:
    assert set(PRINTED) == {
        section.number for section in sections() if section.title.startswith("Terms of")
    }


@pytest.mark.parametrize(
    ("printed", "plain"),
    [
        ("Argmin function", "argmin"),
        ("Linear Logistic Classifier (LLC)", "linear logistic classifier"),
        ("Concavity/Convexity", "concavity"),
        ("Offset (Bias, Threshold) w_0", "offset"),
        ("Layer Notation $A^\\ell$", "layer notation"),
        ('"Tensor" (Generalized matrix)', "tensor"),
        ("Variational Autoencoders", "variational autoencoder"),
    ],
)
def test_what_stands_beside_a_name_is_not_needed(printed: str, plain: str) -> None:
    assert find(printed).label == terms()[plain]
