"""What weighting does to the variance: the derivative of each step, and how it travels with a design."""
