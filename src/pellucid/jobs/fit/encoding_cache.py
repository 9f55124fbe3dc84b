"""The rows of each chunk, encoded once for all candidates that take the same encoding.

Everything is learned from the chunk's own training rows, but not again for each candidate.

Notes: Def 85, Clar 86
"""

from __future__ import annotations

import threading
import warnings
from typing import Any
from uuid import uuid4

from numpy.typing import NDArray

from pellucid.errors import PellucidWarning
from pellucid.evaluation.cross_validation import Rows, take_rows
from pellucid.jobs.fit.recipe import Recipe

Array = NDArray[Any]
KEPT_BYTES = 1_500_000_000  # of encoded rows, beyond which none are kept


class EncodedChunks:
    """Encoded rows of a comparison, by encoding and chunk.

    Parameters
    ----------
    X : Table, n rows
    y : ndarray, n targets
    codes : dict of str to str, or None
        Codes asked for.

    Notes: Def 85
    """

    def __init__(self, X: Any, y: Array, codes: dict[str, str] | None) -> None:
        self.X, self.y, self.codes = X, y, codes
        self.mark = uuid4().hex
        self._kept: dict[Any, tuple[Any, Any]] = {}
        self._bytes = 0
        self._lock = threading.Lock()

    def __reduce__(self) -> Any:
        return _the_same_or_new, (self.mark, self.X, self.y, self.codes)

    def inputs(self, recipe: Recipe, rows: Rows) -> Any:
        """What `cross_validate` takes as `inputs` for a recipe that is compared on these rows."""

        def given(train: Rows, held_out: Rows) -> tuple[Any, Any]:
            key = recipe.whole, len(rows), train.tobytes()
            with self._lock:
                if key in self._kept:
                    return self._kept[key]
            mine, others = rows[train], rows[held_out]
            encoder = recipe.encoder(self.codes)
            inside = encoder.fit_transform(take_rows(self.X, mine), self.y[mine])
            pair = inside, encoder.transform(take_rows(self.X, others))
            size = 8 * len(rows) * len(encoder.get_feature_names_out())
            with self._lock:
                if self._bytes + size <= KEPT_BYTES:
                    self._kept[key] = pair
                    self._bytes += size
            return pair

        return given

    def count_products(self, recipe: Recipe, rows: Rows) -> int:
        """How many products of encoded columns say something new, on the rows compared on."""
        from pellucid.features.strongest_monomials import new_products

        with warnings.catch_warnings():  # the chunks' own encoding has said them
            warnings.simplefilter("ignore", PellucidWarning)
            encoder = recipe.encoder(self.codes)
            encoded = encoder.fit_transform(take_rows(self.X, rows), self.y[rows])
        return int(new_products(encoded).sum())


_at_work: dict[str, EncodedChunks] = {}  # of another process, by mark: it sends them with each task


def _the_same_or_new(mark: str, X: Any, y: Array, codes: dict[str, str] | None) -> EncodedChunks:
    if mark not in _at_work:
        _at_work.clear()
        _at_work[mark] = EncodedChunks(X, y, codes)
    return _at_work[mark]
