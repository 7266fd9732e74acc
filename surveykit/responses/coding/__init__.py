"""From cells to codes: decoding, coding, merging, originals."""
