"""Rehearsals: the plan on a simulated clock."""
