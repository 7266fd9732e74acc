"""Files of frames as they arrive: text in any encoding, workbooks, databases, Parquet."""
