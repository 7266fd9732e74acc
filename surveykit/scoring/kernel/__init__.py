"""Arithmetic that all of scoring shares: comparison up to rounding, ranks of draws, moments."""
