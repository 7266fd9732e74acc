"""What every estimate is made of: weighted totals, linearised values, variances and covariances."""
