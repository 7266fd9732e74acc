"""The score card: points, limits, ranks and notes of every unit."""
