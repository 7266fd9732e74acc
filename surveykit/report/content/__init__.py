"""What a report is made from: inputs, numbers, toplines, records."""
