"""Instagram through its official API: a container is prepared in private and published by one call."""
