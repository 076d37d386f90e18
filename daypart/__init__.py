"""The program: `python -m daypart`, one module per group of commands."""

__version__ = "0.1.0"
