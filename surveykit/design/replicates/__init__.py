"""Replicate weights: factors of each method, Hadamard matrices, conversion of a design."""
