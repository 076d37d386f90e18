"""The publishing service: one process that wakes the engine when something is due."""
