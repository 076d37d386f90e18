"""The model proposes: briefs, prompts, validators, repair, word provenance, disclosure policy."""
