"""Joint inclusion probabilities."""
