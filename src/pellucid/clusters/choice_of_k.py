"""What `choose_k` answers: a number of groups, and all the evidence it rests on.

Notes: §6.3.2, Concept 232, Concept 233
"""

from __future__ import annotations

from dataclasses import dataclass

from pellucid.errors import HyperparameterError
from pellucid.former_names import renamed
from pellucid.picture_mixin import PictureMixin, picture_html

CONSISTENT = 0.8  # adjusted Rand index of two halves; two halves of one lump rarely reach it
LEAST = 0.75  # of a group, to come back: lumps that are cut differently share about a half
SIGNIFICANT = 0.05
THIN = 0.5  # rows half-way for each at the emptier mean


@renamed(least="worst_consistency", parted="separated")
@dataclass(frozen=True)
class EvidenceForK:
    """What speaks for and against one number of groups.

    Parameters
    ----------
    k : int
        Number of groups.
    loss : float
        k-means loss on all rows judged, a sum of squared distances.
    training, held_out : float
        Mean squared distance to the nearest mean: on the half that placed the means, and on the
        half that did not; `held_out_error` is the standard deviation over the splits.
    consistency : float
        How alike two halves of the rows cut the whole: mean adjusted Rand index, 1 is the same;
        `consistency_error` is the standard deviation over the splits.
    worst_consistency : float
        How well the group that comes back worst does: rows in both halves' version of it, as a
        share of rows in either; mean over the splits.
    silhouette : float
        Mean silhouette; NaN for k = 1.
    beyond : float
        How far the rows are more compact than tables without groups, in standard deviations.
    valley : float
        p-value of the weakest valley between two groups, median over the splits: small says that
        all groups are parted.
    depth : float
        Rows half-way for each row at the emptier of two means, where the valley is weakest.
    smallest : int
        Rows of the smallest group.
    passes : float
        Share of the splits in which, taken alone, this k is consistent and parted; for k = 1, in
        which no other k is.

    Notes: §6.3
    """

    k: int
    loss: float
    training: float
    held_out: float
    held_out_error: float
    consistency: float
    consistency_error: float
    worst_consistency: float
    silhouette: float
    beyond: float
    valley: float
    depth: float
    smallest: int
    passes: float

    @property
    def consistent(self) -> bool:
        """Whether both halves of the rows tell the same groups."""
        return self.consistency >= CONSISTENT and self.worst_consistency >= LEAST

    @property
    def separated(self) -> bool:
        """Whether rows thin out between every two of the groups."""
        return self.valley <= SIGNIFICANT

    @property
    def tenable(self) -> bool:
        """Consistent and parted: k groups can be defended."""
        return self.consistent and self.separated

    @property
    def too_few_rows(self) -> bool:
        """Whether rows do thin out between the groups, and are too few to be sure of it."""
        return self.consistent and not self.separated and self.depth < THIN

    def verdict(self) -> str:
        """The verdict on this k in a word or two."""
        if self.k == 1:
            return ""
        if self.tenable:
            return "can be defended"
        if self.too_few_rows:
            return "too few rows to tell"
        if self.consistent:
            return "two run together"
        return "halves disagree" if self.separated else "halves disagree, two run together"

    def words(self) -> str:
        """The verdict on this k, as one clause."""
        if self.k == 1:
            return "everything in one"
        if self.tenable:
            return "the same groups in both halves, each apart from the others"
        if self.too_few_rows:
            return "the same groups in both halves, but too few rows to be sure that they are apart"
        if self.consistent:
            return "the same groups in both halves, but two of them run into each other"
        if self.separated:
            return "apart, but the halves tell different groups"
        return "the halves tell different groups, which run into each other"


@renamed(sure="confidence")
@dataclass(frozen=True)
class ChoiceOfK(PictureMixin):
    """A number of groups, how sure it is, and everything it rests on.

    Parameters
    ----------
    k : int
        The finest number of groups that can be defended; 1 when there are no groups here.
    confidence : str
        "sure", "fairly sure" or "unsure".
    certainty : float
        Share of the splits of the rows in which, each taken alone, this answer passes.
    p_value : float
        How often a table without groups stands out as far as this one at its best k.
    evidence : tuple of EvidenceForK
        For k = 1 and every k tried.
    coarser : tuple of int
        Smaller numbers of groups that can be defended too.
    why : str
        The reasons, in words.
    rows, references, splits : int
        Rows judged, tables without groups drawn, halvings.

    Notes: Concept 232, Concept 233, Concept 234
    """

    k: int
    confidence: str
    certainty: float
    p_value: float
    evidence: tuple[EvidenceForK, ...]
    coarser: tuple[int, ...]
    why: str
    rows: int
    references: int
    splits: int

    @property
    def no_clusters(self) -> bool:
        """Whether the answer is that there are no clusters here."""
        return self.k == 1

    def at(self, k: int) -> EvidenceForK:
        """The evidence for one k that was tried."""
        for each in self.evidence:
            if each.k == k:
                return each
        tried = ", ".join(str(each.k) for each in self.evidence)
        raise HyperparameterError(f"k = {k} was not tried; there are {tried}.")

    def __str__(self) -> str:
        return self.why

    def _repr_html_(self) -> str:
        from pellucid.notebook_card import card

        groups = "No groups" if self.no_clusters else f"{self.k} groups"
        rows = [
            (e.k, f"{e.consistency:.2f}", f"{e.beyond:.1f}", e.verdict()) for e in self.evidence
        ]
        heads = ("k", "consistency of halves", "beyond chance (sd)", "verdict")
        return card(
            f"{groups} ({self.confidence}, p = {self.p_value:.2g})", (self.why,), heads, rows
        ) + picture_html(self)
