"""Compiled passes over points and means, and the plain formulas that they must equal."""
