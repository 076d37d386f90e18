"""One visit at the desk from a browser: `python -m daypart.visit FOLDER`, started by `daypart serve` and by nobody else."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path


def main() -> int:
    """The desk of this folder, drawn for the tab at the other end of our pipes. What is said outside of it goes to stderr."""
    from daypart.call import Call
    from daypart.commands.open import visit
    from daypart.leaving import explain

    try:
        goodbye = asyncio.run(visit(Path(sys.argv[1])))
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        return explain(error, Call())
    print(goodbye, file=sys.stderr, end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
