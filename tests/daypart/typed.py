"""Becomes `daypart …` as a person's shell would start it: the terminal is its own, and ctrl+c reaches it.

Programs that the tests start in the background of a shell ignore SIGINT, and so would all they start. This is a program and no
`preexec_fn`: code between fork and exec hangs, rarely, in a process that has threads.
"""

from __future__ import annotations

import fcntl
import os
import signal
import sys
import termios

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if os.isatty(0):
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    os.execv(sys.executable, [sys.executable, "-m", "daypart", *sys.argv[1:]])
