"""Scoring schemes: criteria, rules from rates to points, rounding, aggregation."""
