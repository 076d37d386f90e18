"""The model at the desk: what it is asked, what it proposes, and that a person takes it or not."""
