"""Small questions over a screen, dismissed with a typed answer."""
