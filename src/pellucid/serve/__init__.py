"""Predictions over HTTP: what `pellucid serve` runs.

Notes: §1.0.3
"""
