"""What is done: claim, deliver, look up, take over."""
