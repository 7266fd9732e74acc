"""Indicators: definition, check against the questionnaire, columns, estimates."""
