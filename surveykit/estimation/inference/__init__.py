"""Tests of hypotheses under the design."""
