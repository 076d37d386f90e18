"""The outbox: what happened to one delivery, and what only a person can decide."""
