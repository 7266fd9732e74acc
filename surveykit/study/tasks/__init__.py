"""What is done to a study outside its stages: indexes, reports on demand, new studies."""
