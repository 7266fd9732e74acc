"""Tables of estimates, and what is computed from one: combinations, comparisons, contrasts of rates."""
