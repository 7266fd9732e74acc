"""What a step of weighting is given: margins, auxiliaries, classes, groups, and its outcome."""
