"""Keys: what a person can do, which keys do it, and that they act one after the other."""
