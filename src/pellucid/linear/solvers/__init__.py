"""How linear models are solved: moments, closed forms, Newton, stochastic epochs."""
