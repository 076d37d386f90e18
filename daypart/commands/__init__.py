"""One module per group of commands; each only translates between the line and the Desk."""
