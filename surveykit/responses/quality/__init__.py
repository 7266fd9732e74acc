"""Quality checks of answers."""
