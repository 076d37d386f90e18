"""Rehearsals: the user's own plan on a simulated clock, with outages, on a copy of the store in memory. Nothing is sent."""
