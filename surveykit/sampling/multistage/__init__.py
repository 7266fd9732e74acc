"""Draws in two steps: communities first, then units that were listed in them; persons within households."""
