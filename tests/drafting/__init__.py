"""Tests of drafting/."""
