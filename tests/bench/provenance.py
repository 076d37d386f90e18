"""How long attribution of 2,200 words takes, for several kinds of edit. Run: python -m tests.bench.provenance"""

from __future__ import annotations

import random
import time

from drafting.provenance import AiOutput, Attributed, Span, ai_share, attribute

WORDS = 2_200
BUDGET_MS = 100


def main() -> None:
    """Print one line an edit: best of five."""
    chance = random.Random(1)
    vocabulary = [f"{chance.choice('bcdfgkl')}{chance.choice('aeiou')}{chance.choice('mnprst')}{n}" for n in range(700)]
    weights = [1 / (rank + 1) for rank in range(len(vocabulary))]
    """As often as words of a language: the second half as often as the first, and so on."""
    old = chance.choices(vocabulary, weights, k=WORDS)
    text = " ".join(old)
    previous = Attributed(text, (Span(0, len(text), "ai:r1"),))
    third = WORDS // 3
    edits = {
        "one word": [*old[:third], "changed", *old[third + 1 :]],
        "halves swapped": [*old[WORDS // 2 :], *old[: WORDS // 2]],
        "every tenth word misspelt": [f"{word}x" if n % 10 == 0 else word for n, word in enumerate(old)],
        "shuffled": chance.sample(old, len(old)),
        "written anew": chance.choices(vocabulary, weights, k=WORDS),
    }
    for name, words in edits.items():
        new = " ".join(words)
        took = min(_measured(previous, new) for _ in range(5))
        share = ai_share(new, attribute(previous, new, "human:x", [AiOutput("r1", text)]))
        print(f"{name:28} {took:7.1f} ms   of {BUDGET_MS} ms   AI share {share:.2f}")


def _measured(previous: Attributed, new: str) -> float:
    started = time.perf_counter()
    attribute(previous, new, "human:x", [AiOutput("r1", previous.text)])
    return (time.perf_counter() - started) * 1_000


if __name__ == "__main__":
    main()
