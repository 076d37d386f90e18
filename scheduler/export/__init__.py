"""To take away: the calendar for other programs, and the archive of everything that is public."""
