"""What all kinds of steps share: from the definition of a step to a step bound to the rows of a table."""
