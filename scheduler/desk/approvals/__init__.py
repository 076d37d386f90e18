"""Approvals: exactly what goes out, who may say yes to it, and a client's own word."""
