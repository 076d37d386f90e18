"""Layer A of the proof: random histories of the real lifecycle, engine, store and clock guard on virtual time."""
