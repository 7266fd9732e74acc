"""Answers walked through the questionnaire: one respondent, and a table."""
