"""Checking: differences at random points, and what is wrong with a learner's answer."""
