"""What onnxruntime answers for a packed model."""

from __future__ import annotations

from typing import Any

import onnxruntime


def answers(packed: bytes, X: Any) -> dict[str, Any]:
    """Each output by its name."""
    session = onnxruntime.InferenceSession(packed, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(None, {"x": X}), strict=True))
