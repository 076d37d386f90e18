"""Health: what `doctor` looks at, by where it stands."""
