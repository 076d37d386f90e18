"""`python -m daypart`: every way this program can end has its exit code here."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run the command line and leave with a documented exit code."""
    from daypart.cli import run

    sys.exit(run(sys.argv[1:], debug=bool(os.environ.get("DAYPART_DEBUG"))))


if __name__ == "__main__":
    main()
