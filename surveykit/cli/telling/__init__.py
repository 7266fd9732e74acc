"""How a call tells what it found: lines on a terminal, progress, messages in the user's language, one JSON object."""
