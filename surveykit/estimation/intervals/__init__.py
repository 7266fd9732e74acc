"""Confidence intervals of means and rates, and when a rate may be published."""
