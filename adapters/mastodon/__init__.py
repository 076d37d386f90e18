"""Mastodon and servers with its API (GoToSocial, Pixelfed and others, which differ in what a repeated request does)."""
