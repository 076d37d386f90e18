"""How older stores are brought up to date; alembic is imported only when one is."""
