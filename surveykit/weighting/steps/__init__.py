"""The steps of a weighting plan, bound to rows."""
