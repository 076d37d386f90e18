"""Taking back the last steps of this person since the desk was opened. What would cost an approval is asked about first."""

from __future__ import annotations

from dataclasses import replace

from scheduler.clock import MINUTE
from scheduler.desk.room import MAY_VOID, Back, Room, Step
from scheduler.desk.views import Done
from scheduler.errors import BusyError, DeskError, DiskError, UsageError, WouldVoidError

UNDO_STEPS = 20
ONE_STEP = MINUTE
"""Text that is typed without a longer rest is one step."""


class Undoing(Room):
    """The stack of steps."""

    def undoable(self, words: str, back: Back, about: str = "") -> str:
        """Remember how to take a step back. Returns the words. `about`: steps in a row about the same thing are one."""
        now = self.clock.wall()
        last = self._steps[-1] if self._steps else None
        if about and last is not None and last.about == about and 0 <= now - last.at < ONE_STEP:
            self._steps[-1] = replace(last, at=now)
            return last.words
        self._steps.append(Step(words, back, about, now))
        while len(self._steps) > UNDO_STEPS:
            self._steps.popleft()
        return words

    async def undo(self, *, knowing: bool = False) -> Done:
        """Take the last step back. `knowing`: that approvals are lost by it was shown, and is wanted.

        Raises UsageError when there is none, or when it cannot be taken back any more; WouldVoidError, having changed nothing,
        when it would void an approval, BusyError and DiskError when it cannot be written now: the step stays the last one."""
        if not self._steps:
            raise UsageError("there is nothing to undo", "approving, releasing and applying are not undone: each asks first")
        step = self._steps.pop()
        depth = len(self._steps)
        before = MAY_VOID.set(knowing)
        try:
            done = await step.back()
        except (WouldVoidError, BusyError, DiskError):  # asked about, or possible a moment later
            self._steps.append(step)
            raise
        except DeskError as error:
            raise UsageError(f"it cannot be undone any more: {error}", error.hint) from error
        finally:
            MAY_VOID.reset(before)
        while len(self._steps) > depth:  # what an undo did is not itself undone by the next one
            self._steps.pop()
        return Done(done.words, done.keys, self._steps[-1].words if self._steps else None, done.details)
