"""How a rehearsal is printed."""
