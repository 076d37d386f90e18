"""The prompts, one file a version. A file never changes once it was released: its hash is the prompt's id in every record."""
