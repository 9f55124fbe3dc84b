"""One-hot of 1,000 categories on 1,000,000 rows, sparse, beside scikit-learn's OneHotEncoder.

Both give the same CSR matrix, entry by entry, before a time counts. Text is tried as Python holds
it: one object a category (as readers of files leave it), a new object a row, NumPy's fixed width,
and a column of a data frame.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp
from sklearn.preprocessing import OneHotEncoder

from harness import Row, compare, table
from pellucid import OneHotCode

N, K, ASKED = 1_000_000, 1_000, 2.0
LOST = (
    "\n\nText with a new object in every row is the cell that is near or lost: its time is that of "
    "reading a million Python objects once. Tried: Arrow's conversion, which runs here; NumPy's "
    "fixed width, as slow and still to be coded; StringDType and a dictionary of objects, both "
    "slower. Where the objects are shared, they are told apart by their address instead."
)


def sources() -> dict[str, Any]:
    """The same million rows, by how their categories are held."""
    rng = np.random.default_rng(0)
    codes = rng.integers(0, K, N)
    names = np.array([f"category {i:04d}" for i in range(K)], dtype=object)
    shared = names[codes]
    fresh = np.array([("x" + name)[1:] for name in shared.tolist()], dtype=object)
    return {
        "integers": (codes * 7)[:, None],
        "text, one object a category": shared[:, None],
        "text, a new object a row": fresh[:, None],
        "text of fixed width": names.astype("U")[codes][:, None],
        "text in a data frame": pd.DataFrame({"c": shared}),
    }


def same(mine: Any, theirs: Any) -> str:
    assert (sp.csr_array(mine) != sp.csr_array(theirs)).nnz == 0
    return "equal"


def run() -> list[Row]:
    rows = []
    for name, X in sources().items():
        ours, theirs = OneHotCode(sparse_output=True), OneHotEncoder()
        jobs: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
            "fit_transform": (
                lambda ours=ours, X=X: ours.fit_transform(X),
                lambda theirs=theirs, X=X: theirs.fit_transform(X),
            ),
            "transform": (
                lambda ours=ours, X=X: ours.transform(X),
                lambda theirs=theirs, X=X: theirs.transform(X),
            ),
        }
        for job, (mine, peer) in jobs.items():
            rows += compare(f"one-hot, {job}, {name}", mine, {"OneHotEncoder": (peer, ASKED)}, same)
    return rows


def lines() -> str:
    rows = run()
    lost = any(row.ratio < ASKED for row in rows)
    return str(table(rows)) + (LOST if lost else "")


if __name__ == "__main__":
    print(lines())
