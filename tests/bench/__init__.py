"""Programs that measure and print a ratio against a named rival. Nothing here asserts a time."""

import tui as tui  # before Textual, whose frame rate it sets
