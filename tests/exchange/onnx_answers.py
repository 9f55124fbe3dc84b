"""What onnxruntime answers for a packed model, and whether that is what the model answers."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnxruntime


def session_of(packed: bytes) -> Any:
    """A session that keeps what it thinks of refused rows to itself."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(packed, options, providers=["CPUExecutionProvider"])


def run(session: Any, feed: dict[str, Any]) -> dict[str, Any]:
    """Each output by its name."""
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(None, feed), strict=True))


def answers(packed: bytes, X: Any) -> dict[str, Any]:
    """Each output by its name, for rows that are one matrix."""
    return run(session_of(packed), {"x": X})


def dense(rows: Any) -> Any:
    """Sparse rows as an array."""
    return rows.toarray() if hasattr(rows, "toarray") else np.asarray(rows)


# Name of an output -> what the model says by itself.
BY_MODEL: dict[str, Any] = {
    "chance_of_real": lambda model, X: model.chance_of_real(X),
    "code": lambda model, X: model.transform(X),
    "distances": lambda model, X: model.transform(X),
    "features": lambda model, X: dense(model.transform(X)),
    "label": lambda model, X: model.predict(X),
    "prediction": lambda model, X: model.predict(X),
    "probabilities": lambda model, X: model.predict_proba(X),
    "reconstruction": lambda model, X: model.reconstruct(X),
    "score": lambda model, X: model.decision_function(X),
}


def check_alike(model: Any, found: dict[str, Any], X: Any) -> None:
    """Every output is the model's own: labels equal, numbers to 1e-5."""
    for name, values in found.items():
        own = np.asarray(BY_MODEL[name](model, X))
        assert values.shape == own.shape, name
        if name == "label":
            assert (values == own).all()
        else:
            np.testing.assert_allclose(values, own, rtol=1e-5, atol=1e-5, err_msg=name)
