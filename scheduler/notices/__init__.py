"""Who must act is told while no screen is open: what is told when, in which words, to whom; and a sign of life for somebody outside."""
