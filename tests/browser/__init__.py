"""Pages of ours in a real browser; skipped where there is none."""
