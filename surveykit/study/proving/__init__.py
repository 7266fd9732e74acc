"""What proves a study's draw: commitment, log and releases, and their verification by the study and by outsiders."""
