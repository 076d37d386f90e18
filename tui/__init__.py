"""Screens and widgets over the Desk."""
