"""Keeping: backups and the way back, seals over the ledger, and a sent log that does not grow for ever."""
