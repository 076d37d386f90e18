"""Tests, in folders that mirror the rooms; tests/proof kills the service, tests/bench measures it."""
