"""The weighting plan: definition and check."""
