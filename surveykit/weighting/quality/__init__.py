"""Quality of weights and of response."""
