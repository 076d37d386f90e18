"""What goes out: composed, kept, labelled, digested, compared."""
