"""The desk: screens on the Desk of `scheduler`."""

import os

os.environ.setdefault("TEXTUAL_FPS", "240")
"""A key waits for the next frame before it is seen, so frames may come every 4 ms instead of every 16. Nothing is drawn where nothing
changed. Textual reads it once, when it is imported."""
