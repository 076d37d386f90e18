"""Rules for drafts: pure functions from a draft to findings, and the fixes that cost no call of a model."""
