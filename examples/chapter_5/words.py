"""Chapter 5.3.2: a bag of words keeps which words there are, claim by claim, with pictures.

python examples/chapter_5/words.py [FOLDER]
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from pellucid import BagOfWords, LogisticClassifier, separate
from pellucid.pictures.claims import output_folder, show_claims
from pellucid.pictures.style import INK, axes_for, figure_of

WORDS = ["She", "he", "a", "read", "tired", "water", "book"]


def order_and_repetition_vanish() -> Figure:
    """Permuting or repeating the words of a text leaves its features as they are.

    5.3.2-order-and-repeats-vanish
    """
    texts = ["She read a book.", "a book read She", "She, she read: a book, a book!", "She read."]
    bag = BagOfWords(vocabulary=WORDS)
    features = bag.fit_transform(texts).toarray()
    assert features[0].tolist() == [1, 0, 1, 1, 0, 0, 1]
    assert (features[:3] == features[0]).all()
    assert not (features[3] == features[0]).all()
    # So whatever depends on order cannot be learnt from it, and from pairs of words it can.
    said = ["dog bites man", "man bites dog"] * 3
    who = [0, 1] * 3
    assert separate(BagOfWords().fit_transform(said).toarray(), who).verdict == "not separable"
    pairs = BagOfWords(ngram_range=(2, 2)).fit_transform(said)
    assert LogisticClassifier(lam=0.01).fit(pairs, who).score(pairs, who) == 1
    with axes_for(None, (6.4, 2.6)) as axes:
        axes.imshow(features, cmap="Blues", vmin=0, vmax=1.4, aspect="auto")
        for i, j in np.ndindex(*features.shape):
            colour = "white" if features[i, j] else INK
            axes.text(j, i, f"{features[i, j]:.0f}", ha="center", va="center", color=colour)
        axes.set_xticks(range(len(WORDS)), WORDS)
        axes.set_yticks(range(len(texts)), texts)
        axes.set_xlabel("word of the vocabulary")
        axes.set_ylabel("text")
        axes.grid(False)
        return figure_of(axes)


CLAIMS = (order_and_repetition_vanish,)


def main(folder: Path) -> None:
    """Show every claim; its picture goes into the folder."""
    show_claims(CLAIMS, folder)


if __name__ == "__main__":
    main(output_folder())
