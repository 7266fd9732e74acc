"""What a score depends on: Sobol indices, one factor at a time, what if."""
