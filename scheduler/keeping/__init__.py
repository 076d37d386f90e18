"""Keeping: backups and the way back, the ledger checked, seals over it, and a sent log that does not grow for ever."""
