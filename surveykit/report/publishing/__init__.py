"""What may be published: standards, suppression, differencing."""
