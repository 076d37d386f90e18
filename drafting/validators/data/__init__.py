"""Word lists: worn-out phrases, numbers and days as words."""
