"""Pictures of convolutional networks: their blocks, filters, feature maps, receptive fields.

Notes: Def 411, Concept 413, Def 434, Def 445
"""

from __future__ import annotations

from math import ceil, prod
from typing import Any

import matplotlib
import numpy as np
from matplotlib.figure import Figure

from pellucid.errors import FramingError
from pellucid.former_names import renamed_arguments
from pellucid.networks import AveragePool, Convolution, MaxBlurPool, MaxPool, Network
from pellucid.networks.layers.activations import Elementwise
from pellucid.networks.layers.layer import Layer, Mode, Shape, shape_text
from pellucid.networks.layers.max_pool import windows_of_pool
from pellucid.networks.layers.series import forward_series
from pellucid.pictures.convolution import receptive_fields
from pellucid.pictures.diagram import arrow, box, canvas, label
from pellucid.pictures.images import images, show_image
from pellucid.pictures.style import BLUE, GREEN, GREY, ORANGE, SETTINGS

SPATIAL = (Convolution, MaxPool, AveragePool, MaxBlurPool)
COLOURS = dict(zip(SPATIAL, (BLUE, ORANGE, ORANGE, ORANGE), strict=True))


def architecture(network: Network) -> Figure:
    """The whole network as blocks in series: what each is, its parameters, the shape it gives.

    A block is as high as its points are wide: space shrinks, channels grow.

    Notes: Concept 420, Def 445, KE 437
    """
    blocks = [("input", 0, network.points[0], GREY)]
    for l, layer in enumerate(network.layers):
        count = sum(prod(shape) for shape in network.param_shapes[l].values())
        if isinstance(layer, Elementwise) and blocks[-1][0] != "input":
            name, before, shape, colour = blocks[-1]
            blocks[-1] = (f"{name}\n{_name(layer)}", before, shape, colour)
            continue
        colour = COLOURS.get(type(layer), GREEN)
        blocks.append((_name(layer), count, network.points[l + 1], colour))
    widest = max(max(shape) if len(shape) > 1 else 1 for _, _, shape, _ in blocks)
    wide, tall = 1.42, 2.2
    with canvas((wide + 0.32) * len(blocks) + 0.1, tall + 0.95) as (figure, axes):
        for at, (name, count, shape, colour) in enumerate(blocks):
            x = 0.15 + wide / 2 + (wide + 0.32) * at
            share = max(shape[:-1]) / widest if len(shape) > 1 else 0.0
            box(axes, (x, 0.6 + tall / 2), name, (wide, 0.75 + (tall - 0.75) * share), colour)
            label(axes, (x, 0.38), shape_text(shape), size=10)
            if count:
                label(axes, (x, 0.14), f"{count:,} parameters", size=8.5)
            if at:
                arrow(axes, (x - wide / 2 - 0.3, 0.6 + tall / 2), (x - wide / 2, 0.6 + tall / 2))
        return figure


def _name(layer: Layer) -> str:
    name = type(layer).__name__
    if isinstance(layer, Convolution):
        return f"{layer.filters} filters"
    return {"MaxPool": "max-pool", "AveragePool": "mean-pool", "MaxBlurPool": "blur-pool"}.get(
        name, name
    )


@renamed_arguments(most="max_filters")
def filters(network: Network, params: Any, layer: int = 1, max_filters: int = 32) -> Figure:
    """The filters of a convolution: purple above 0, orange below; their mean over input channels.

    Parameters
    ----------
    network : Network
    params : list of dict
    layer : int
        Which convolution, counted from 1.
    max_filters : int
        How many filters are drawn.

    Notes: Def 411, Concept 423
    """
    l = _convolution(network, layer)
    W = np.asarray(params[l]["W"])
    flat = W.mean(axis=-2) if W.ndim == 4 else W[:, None].mean(axis=-2)
    shown = [flat[..., m] for m in range(min(max_filters, W.shape[-1]))]
    titles = [f"{m + 1}" for m in range(len(shown))]
    return images(shown, titles, signed=True, numbers=False, columns=8, size=1.0)


def feature_maps(network: Network, params: Any, image: Any, state: Any = None) -> Figure:
    """What each channel makes of an image: one row a convolution or pool, up to eight channels.

    Parameters
    ----------
    network : Network
    params, state : list of dict
    image : array, h×w×c

    Notes: Def 411, Concept 413, Concept 436
    """
    last = max(l for l in range(len(network.layers)) if len(network.points[l]) > 2)
    rows = [("image", np.asarray(image, np.float32))]
    for l, layer in enumerate(network.layers[:last]):
        after = l + 1 + isinstance(network.layers[l + 1], Elementwise)
        if isinstance(layer, SPATIAL):
            mode = Mode(state=state[:after] if state else {})
            y, _, _ = forward_series(network.layers[:after], params[:after], rows[0][1][None], mode)
            rows.append((_name(layer), np.asarray(y)[0]))
    columns = min(8, max(maps.shape[-1] for _, maps in rows))
    with matplotlib.rc_context(SETTINGS):
        figure = Figure(figsize=(1.1 * columns + 0.6, 1.25 * len(rows)), layout="constrained")
        for r, (name, maps) in enumerate(rows):
            for c in range(min(columns, maps.shape[-1])):
                ax = figure.add_subplot(len(rows), columns, r * columns + c + 1)
                show_image(ax, maps[..., c])
                if c == 0:
                    ax.set_ylabel(name, fontsize=9)
        return figure


def _convolution(network: Network, which: int) -> int:
    found = [l for l, layer in enumerate(network.layers) if isinstance(layer, Convolution)]
    if not 1 <= which <= len(found):
        raise FramingError(f"The network has {len(found)} convolutions; there is no {which}th.")
    return found[which - 1]


def receptive_field(network: Network, place: int | None = None) -> Figure:
    """What one output of the last spatial layer rests on, layer by layer, along the rows.

    Parameters
    ----------
    network : Network
        With convolutions and pools in series.
    place : int, optional
        Which output, counted from 0; the middle one by default.

    Notes: Def 434, Concept 433
    """
    spatial = [l for l, layer in enumerate(network.layers) if isinstance(layer, SPATIAL)]
    if not spatial:
        raise FramingError("A receptive field needs a convolution or a pool; there is none.")
    lengths = [network.points[l][0] for l in spatial] + [network.points[spatial[-1] + 1][0]]
    place = ceil((lengths[-1] - 1) / 2) if place is None else place
    spans = [(place, place)]
    for l, length in zip(reversed(spatial), reversed(lengths[:-1]), strict=True):
        first, last = input_span(network.layers[l], network.points[l], *spans[0])
        spans.insert(0, (max(first, 0), min(last, length - 1)))
    names = [f"into {_name(network.layers[l])}" for l in spatial]
    return receptive_fields(spans, lengths, [*names, "output"])


def input_span(layer: Layer, in_shape: Shape, first: int, last: int) -> tuple[int, int]:
    """The entries along the first axis that outputs first … last rest on, padding counted.

    Examples
    --------
    >>> input_span(Convolution(1, 3, padding=1), (9, 9, 1), 4, 4)
    (3, 5)
    >>> input_span(MaxPool(2), (8, 8, 1), 1, 2)
    (2, 5)

    Notes: Def 434, KE 432
    """
    dims = len(in_shape) - 1
    if isinstance(layer, MaxBlurPool):
        windows = windows_of_pool(layer, dims)
        s, k, p = windows.stride[0], windows.size[0], windows.padding[0]
        return first * s - p, last * s + s - 1 + k - 1 - p
    windows = (
        layer.windows(dims) if isinstance(layer, Convolution) else windows_of_pool(layer, dims)
    )
    s, p = windows.stride[0], windows.padding[0]
    return first * s - p, last * s - p + windows.reach[0] - 1
