"""Cluster: a table in, groups out, or the finding that there are none."""
