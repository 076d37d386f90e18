"""The outside world: one module per platform behind one protocol."""
