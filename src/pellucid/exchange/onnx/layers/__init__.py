"""Layers of networks as ONNX operators."""
