"""Questionnaires in the formats in which they are filled in."""
