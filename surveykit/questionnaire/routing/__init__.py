"""The routing language: tree, parser, evaluators, and the form in which other engines take it."""
