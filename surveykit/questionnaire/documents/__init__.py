"""What describes a questionnaire: codebook, DDI, schema of answers, differences, maps of columns."""
