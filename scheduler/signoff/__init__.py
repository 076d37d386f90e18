"""The file a client reads and answers: what goes out, as readers see it, with a seal for each account."""
