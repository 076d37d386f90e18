"""The proof of “exactly once”: real processes, real SIGKILLs, real sockets, a ledger outside the code under test."""
