"""A unit is everything one key makes public: its post, the other parts of a thread, its first comment."""
