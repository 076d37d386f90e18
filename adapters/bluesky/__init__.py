"""Bluesky and any other AT Protocol server: the record key is ours, so one post is one record, however often it is sent."""
