"""Measures `validate` of 1,000 posts in 2,000 files: CPU time of a fresh process, next to PyYAML alone on the same files.

Run: python tests/bench/validate_2000_files.py
"""

from __future__ import annotations

import compileall
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

POSTS = 1_000
BUDGET_SECONDS = 0.6
ROUNDS = 5
ROOT = Path(__file__).resolve().parents[2]

_WORKSPACE = """version: 1
timezone: Europe/Warsaw
accounts:
  ig-kawa: { platform: instagram, handle: kawa.wroclaw, languages: [en, pl] }
  bs-kawa: { platform: bluesky, handle: kawa.example, languages: [en] }
  ms-kawa: { platform: mastodon, handle: "@kawa@social.example", languages: [en, pl] }
"""
_CAMPAIGN = """version: 1
id: c{number}
title: Campaign {number}
starts: 2026-11-30
ends: 2027-11-30
languages: [en, pl]
accounts: [ig-kawa, bs-kawa, ms-kawa]
vars: {{ blend: {{ en: Autumn Blend, pl: Jesienna Mieszanka }}, shop: https://kawa.example/autumn }}
link: {{ utm: {{ source: "{{{{ account.platform }}}}", medium: social, campaign: "{{{{ campaign.id }}}}" }} }}
schedule:
  slots: {{ lunch: {{ rule: "FREQ=WEEKLY;BYDAY=MO,WE,FR", at: "12:15" }} }}
  min_gap: 1h
defaults:
  hashtags: {{ en: ["#coffee"], pl: ["#kawa"] }}
"""
_POST = """---
{when}
accounts: [{accounts}]
link: "{{{{ shop }}}}"
media:
  - {{ path: media/{picture}.jpg, alt: {{ en: Front of the bag, pl: Przód torby }} }}
for:
  instagram: {{ first_comment: "{{{{ shop }}}}" }}
---
{{{{ blend }}}} number {number} is here. Dried plum, dark honey, a little smoke.
250 g, roasted on Friday, on the shelf today.
<!-- reviewers: comments like this one are never published -->
"""
_POLISH = "{{{{ blend }}}} numer {number} już jest. Suszona śliwka, ciemny miód, odrobina dymu.\n250 g, palone w piątek.\n"
_OURS = """
import sys, time
from pathlib import Path
from config.loading import load
loaded = load(Path(sys.argv[1]), 1795000000000000)
bad = loaded.errors
print(len(loaded.posts), len(loaded.diagnostics), bad[:1])
assert not bad and loaded.post_count == 1000
"""
_WHOLE = """
import sys
sys.argv = ["daypart", "validate", "--workspace", sys.argv[1]]
from daypart.__main__ import main
sys.exit(main())
"""
_RIVAL = """
import sys, yaml
from pathlib import Path
n = 0
for file in sorted(Path(sys.argv[1]).rglob("*")):
    if file.suffix == ".yaml":
        yaml.load(file.read_bytes(), Loader=yaml.CSafeLoader); n += 1
    elif file.suffix == ".md":
        text = file.read_text(); n += 1
        if text.startswith("---"):
            yaml.load(text.split("---", 2)[1], Loader=yaml.CSafeLoader)
print(n)
"""


def write_workspace(root: Path) -> None:
    """1,000 posts of two languages in ten campaigns: 2,000 Markdown files, 200 pictures."""
    (root / "daypart.yaml").write_text(_WORKSPACE)
    for number in range(10):
        folder = root / "campaigns" / f"c{number}"
        (folder / "posts").mkdir(parents=True)
        (folder / "media").mkdir()
        (folder / "campaign.yaml").write_text(_CAMPAIGN.format(number=number))
        for picture in range(20):
            Image.new("RGB", (1_080, 1_350), (picture * 12, 90, 60)).save(folder / "media" / f"p{picture}.jpg", quality=40)
        for post in range(POSTS // 10):
            _write_post(folder / "posts", number * 100 + post)


def _write_post(folder: Path, number: int) -> None:
    when = "slot: lunch" if number % 2 else f"at: 2027-{number % 10 + 1:02}-{number // 10 % 28 + 1:02}T{8 + number // 280 * 2:02}:15"
    accounts = "ig-kawa, ms-kawa" if number % 3 else "ig-kawa, bs-kawa, ms-kawa"
    text = _POST.format(when=when, accounts=accounts, picture=f"p{number % 20}", number=number)
    (folder / f"post-{number:04}.md").write_text(text)
    (folder / f"post-{number:04}.pl.md").write_text(_POLISH.format(number=number))


def cpu_seconds(program: str, root: Path) -> tuple[float, str]:
    """Best of some fresh processes, interpreter start included."""
    best, said = 1e9, ""
    for _ in range(ROUNDS):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run([sys.executable, "-c", program, str(root)], check=True, capture_output=True, text=True, cwd=ROOT)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        best = min(best, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        said = done.stdout.strip()
    return best, said


def compile_rooms() -> None:
    """As set-up does, so that the first start of a new checkout is not what is measured."""
    for room in ("config", "adapters", "drafting", "scheduler", "daypart"):
        compileall.compile_dir(ROOT / room, quiet=2)


def main() -> int:
    """Print both and the ratio; 1 when over the budget."""
    compile_rooms()
    with tempfile.TemporaryDirectory() as folder:
        write_workspace(Path(folder))
        ours, said = cpu_seconds(_OURS, Path(folder))
        whole, _ = cpu_seconds(_WHOLE, Path(folder))
        rival, _ = cpu_seconds(_RIVAL, Path(folder))
    print(f"validate: {POSTS:,} posts in {2 * POSTS:,} files → {said}")
    print(f"files    {ours * 1000:6.0f} ms CPU, start included: read, checked, resolved")
    print(f"validate {whole * 1000:6.0f} ms CPU, start included: the whole command, platform limits too")
    print(f"rival    {rival * 1000:6.0f} ms CPU: the same files through yaml.CSafeLoader alone, nothing checked")
    print(f"ratio    {ours / rival:6.2f} and {whole / rival:.2f}; the budget of the whole command is {BUDGET_SECONDS * 1000:.0f} ms")
    return 0 if whole <= BUDGET_SECONDS else 1


if __name__ == "__main__":
    raise SystemExit(main())
