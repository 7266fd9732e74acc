"""Personal columns, free text, minors, and the public file."""
