"""The demo: the whole job on pretend platforms, from an empty folder to a proved ledger."""
