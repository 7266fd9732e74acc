"""What a call tells: results, messages, progress and errors, for a reader or as JSON."""
