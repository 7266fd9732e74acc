"""Generalised linear models under the design."""
