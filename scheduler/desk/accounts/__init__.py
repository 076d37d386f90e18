"""The accounts: signing in, naming, and how each stands."""
