"""Answers against the sample: linking, outcome rates, quotas."""
