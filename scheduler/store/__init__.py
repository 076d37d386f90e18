"""What is remembered: tables, statements, the one writer."""
