"""Comparisons and ranks with their uncertainty."""
