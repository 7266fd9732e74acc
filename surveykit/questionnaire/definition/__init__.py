"""The definition: models, scales, the flow of bound conditions, variables, normal form, conditions in words."""
