"""The part of a report that tells of a network: its layers with every shape, and its training.

Notes: KE 279, Def 333, Def 314
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

from matplotlib.figure import Figure

from pellucid.formatting import number
from pellucid.pictures import training as pictures
from pellucid.report.page import grid, paragraph, section

Drawn = Callable[..., str]


def is_network(model: Any) -> bool:
    """Whether the model is a network with a history."""
    return hasattr(model, "network_") and "loss" in getattr(model, "trace_", {})


def network_section(model: Any) -> str:
    """A table of the layers: what each does, the shape it gives, its numbers.

    Notes: KE 279
    """
    from pellucid.networks.layers.layer import shape_text

    network = model.network_
    rows = [("0", "input", shape_text(network.points[0]), "", "0")]
    pairs = zip(network.layers, network.points[1:], network.param_shapes, strict=True)
    for l, (layer, shape, own) in enumerate(pairs, start=1):
        held = ", ".join(f"{name} {shape_text(size)}" for name, size in own.items())
        count = sum(prod(size) for size in own.values())
        rows.append((str(l), type(layer).__name__, shape_text(shape), held, f"{count:,}"))
    heads = ("layer", "what it does", "shape of a point after it", "parameters", "numbers")
    return section(
        "The network",
        paragraph(f"{model.parameter_count_:,} numbers were learned, layer by layer."),
        grid("Layers, first to last", heads, rows, (4,)),
    )


def training_section(model: Any, draw: Callable[[Figure, str], str]) -> str:
    """Curves of the losses, of the gradient norms where recorded, and why it stopped.

    Notes: Def 333, Def 314
    """
    trace = model.trace_
    curves = {"training rows": trace["loss"]}
    if trace["validation_loss"]:
        curves["held-out rows"] = trace["validation_loss"]
    best = model.best_epoch_ if trace["validation_loss"] else None
    told = f"{model.n_iter_:,} epochs; {trace['stopped']}."
    if best:
        lowest = number(min(trace["validation_loss"]))
        told += f" The weights kept are those of epoch {best}, held-out loss {lowest}."
    parts = [paragraph(told)]
    if len(trace["loss"]) > 1:
        caption = "Mean loss of a row, epoch by epoch. Where the held-out line turns up, the "
        parts.append(draw(pictures.losses(curves, stop=best), caption + "network overfits."))
    if trace["gradient_norms"]:
        from pellucid.networks.training.gradient_norms import layers_with_parameters

        names = [f"layer {l}" for l in layers_with_parameters(model.network_)]
        figure = pictures.gradient_norms(trace["gradient_norms"], names, x="epoch")
        parts.append(draw(figure, "Length of each layer's gradient."))
    return section("How it was trained", *parts)
