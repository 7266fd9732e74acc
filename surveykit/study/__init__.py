"""A study on disk: reading, checking, running and starting it. The only package that opens a study's files."""
