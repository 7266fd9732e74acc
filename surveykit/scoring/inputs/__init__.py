"""What a score is made of: rates of the survey, results of the other methods, field visits."""
