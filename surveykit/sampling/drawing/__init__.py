"""Draws: units, stages, record, reserve, commitment, verification."""
