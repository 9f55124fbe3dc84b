"""Clusters of rows in blocks: the same means as of rows in memory."""
