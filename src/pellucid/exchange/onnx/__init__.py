"""ONNX: fitted models as graphs of standard operators, which run without Python."""
