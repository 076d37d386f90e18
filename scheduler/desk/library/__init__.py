"""The library: posts, media and ideas to use again."""
