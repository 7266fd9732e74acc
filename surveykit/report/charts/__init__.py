"""Charts as SVG text: plain tables in, the same bytes out for the same input."""
