"""What an output of a pool rests on."""

from __future__ import annotations

import numpy as np

from pellucid.networks import MaxBlurPool, Mode
from pellucid.pictures.convnets import input_span


def test_outputs_of_a_blurred_pool_rest_on_their_span_of_entries() -> None:
    """Def 434: each entry by itself is made the largest, and the outputs are looked at."""
    layer, (first, last) = MaxBlurPool(3, 2), (1, 2)
    each = np.eye(13, dtype=np.float32)[:, :, None, None]
    outputs, _ = layer.forward({}, np.repeat(each, 13, axis=2), Mode())
    felt = np.abs(np.asarray(outputs)[:, first : last + 1]).sum(axis=(1, 2, 3)) > 0
    start, end = input_span(layer, (13, 13, 1), first, last)
    assert np.flatnonzero(felt).tolist() == list(range(start, end + 1))
