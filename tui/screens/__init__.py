"""One file per place of the desk: composition and wiring, no drawing."""
