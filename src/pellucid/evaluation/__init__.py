"""Evaluation: how good, on rows never used; which candidate; and why."""
