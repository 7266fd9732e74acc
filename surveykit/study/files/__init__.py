"""The files of a study: definitions, tables, places, and the study read from them."""
