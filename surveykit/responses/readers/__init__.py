"""One reader for each layout of an answer file."""
