"""Figures of published posts: read from the platforms by the service, kept one row a day."""
