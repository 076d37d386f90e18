"""`./run prove`: every layer of the proof one after the other, and one page of what it came to."""
