"""The statistics that can be asked for, and how a table of them is put together."""
