"""Comparing what the files say with what the store has, and making the store follow: `compare` is pure, `applying` writes."""
