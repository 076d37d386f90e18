"""Reusable pieces of the screen that know nothing of the Desk."""
