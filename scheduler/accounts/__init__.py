"""Accounts: as they are named, as rows, and their credentials."""
