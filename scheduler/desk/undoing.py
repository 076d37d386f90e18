"""Taking back the last steps of this person since the desk was opened."""

from __future__ import annotations

from scheduler.desk.room import Back, Room, Step
from scheduler.desk.views import Done
from scheduler.errors import DeskError, UsageError

UNDO_STEPS = 20


class Undoing(Room):
    """The stack of steps."""

    def undoable(self, words: str, back: Back) -> str:
        """Remember how to take a step back. Returns the words."""
        self._steps.append(Step(words, back))
        while len(self._steps) > UNDO_STEPS:
            self._steps.popleft()
        return words

    async def undo(self) -> Done:
        """Take the last step back. Raises UsageError when there is none, or when it cannot be taken back any more."""
        if not self._steps:
            raise UsageError("there is nothing to undo", "approving, releasing and applying are not undone: each asks first")
        step = self._steps.pop()
        depth = len(self._steps)
        try:
            done = await step.back()
        except DeskError as error:
            raise UsageError(f"it cannot be undone any more: {error}", error.hint) from error
        while len(self._steps) > depth:  # what an undo did is not itself undone by the next one
            self._steps.pop()
        return Done(done.words, done.keys, self._steps[-1].words if self._steps else None, done.details)
