"""Scores and ranks with their uncertainty: indicators, rate-to-points rules, schemes, rank sets, sensitivity."""
