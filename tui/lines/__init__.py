"""What the places show, as values and lines: pure, so that it can be read and tested without a screen."""
