"""Models in the forms of others: ONNX, SQL and plain Python out, weights of PyTorch in.

Notes: Concept 247
"""

from __future__ import annotations

from pellucid.lazy import lazy_names

# Public name -> the module it lives in.
HOMES: dict[str, str] = {
    "load_torch_weights": "pellucid.exchange.torch_weights",
    "machine_to_onnx": "pellucid.exchange.onnx.machine",
    "register_onnx_converters": "pellucid.exchange.onnx.registration",
    "to_onnx": "pellucid.exchange.onnx.onnx_file",
    "to_python": "pellucid.exchange.machine_export",
    "to_sql": "pellucid.exchange.machine_export",
}

__all__ = list(HOMES)

__getattr__, __dir__ = lazy_names(__name__, HOMES)
