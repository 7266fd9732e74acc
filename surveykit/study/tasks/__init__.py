"""What is done to a study outside its stages: commitments, indexes, reports on demand, new studies."""
