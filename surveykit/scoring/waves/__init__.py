"""Change of scores between two waves."""
