"""Plan: the campaign files and sheets beside the store, and the store made to follow them."""
