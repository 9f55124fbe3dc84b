"""The layers of both halves: shapes that mirror each other, without a network being made.

Notes: Def 353, Concept 356
"""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from pellucid.autoencoders.layers import LayerPlan, decoder_layers, encoder_layers
from pellucid.networks import Layer
from pellucid.networks.layers.convolution import Convolution
from pellucid.networks.layers.enlarge import Enlarge
from pellucid.networks.layers.max_pool import MaxPool

NAMES = st.sampled_from(["relu", "leaky relu", "gelu", "tanh", "sigmoid"])


def shapes(layers: list[Layer], shape: tuple[int, ...]) -> list[tuple[int, ...]]:
    found = [shape]
    for layer in layers:
        found.append(layer.shapes(found[-1])[1])
    return found


@given(st.tuples(*[st.integers(1, 9)] * 2, st.integers(1, 2)),
       st.lists(st.tuples(st.integers(1, 4), NAMES), min_size=1, max_size=4), NAMES)  # fmt: skip
def test_the_decoder_goes_back_through_the_images_of_the_encoder(
    image: tuple[int, int, int], filters: list[tuple[int, str]], last: str
) -> None:
    """Each pooling halves what is longer than one pixel, and its way back restores the size."""
    counts, names = zip(*filters, strict=True)
    plan = LayerPlan(counts, (5,), 3, (*names, last), 0.0, 2, "identity")
    encoder, decoder = encoder_layers(plan, image), decoder_layers(plan, image)
    down, up = shapes(encoder, image), shapes(decoder, (2,))
    assert down[-1] == (2,)
    assert up[-1] == (image[0] * image[1] * image[2],)

    sizes: list[tuple[int, ...]] = [image[:2]]
    for _ in counts:
        sizes.append(tuple(max(side // 2, 1) for side in sizes[-1]))
    changes = [size for size, smaller in pairwise(sizes) if size != smaller]
    assert [s[:2] for at, s in enumerate(down[:-1]) if isinstance(encoder[at], MaxPool)] == changes
    assert [layer.size for layer in decoder if isinstance(layer, Enlarge)] == changes[::-1]
    seen = [layer.filters for layer in encoder if isinstance(layer, Convolution)]
    assert tuple(seen) == counts
    made = [layer.filters for layer in decoder if isinstance(layer, Convolution)]
    assert made == [*counts[-2::-1], image[2]]
    assert (*sizes[-1], counts[-1]) in up


@given(st.lists(NAMES, min_size=2, max_size=4, unique=True))
def test_the_decoder_has_the_activations_of_the_encoder_in_the_opposite_order(
    names: list[str],
) -> None:
    """Two of filters, then dense ones; the first dense layer of an image has the filters' last."""
    filters = (2, 3)[: len(names) - 1]
    hidden = (4,) * (len(names) - len(filters))
    plan = LayerPlan(filters, hidden, 3, names, 0.0, 2, "identity")
    kinds = [type(layer) for layer in encoder_layers(plan, (8, 8, 1))]
    back = [type(layer) for layer in decoder_layers(plan, (8, 8, 1))]
    others = {type(encoder_layers(LayerPlan((), (1,), 3, (name,), 0.0, 1, "identity"), (2,))[1])
              for name in names}  # fmt: skip
    assert [kind for kind in back if kind in others] == [k for k in kinds if k in others][::-1]
