"""The files of a report: HTML, PDF, data, archive."""
