"""What people write: workspace, brands, campaigns, settings, secrets, with file, line and column."""
