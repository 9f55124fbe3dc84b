"""How k-means is solved: starts, the plain algorithm, the bounded one, descent, restarts."""
