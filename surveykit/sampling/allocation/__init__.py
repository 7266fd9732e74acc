"""Allocation of a sample to strata."""
