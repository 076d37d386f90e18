"""Every code a diagnostic may carry, with what it means and the way out. docs/errors.md is made from this table."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Code:
    """One kind of mistake."""

    code: str
    meaning: str
    way_out: str


HUNDREDS: dict[str, str] = {
    "1": "YAML: syntax, encoding, size",
    "2": "Keys: unknown, missing, of the wrong kind",
    "3": "References: accounts, slots, posts, languages, brands",
    "4": "Time: zones, gaps, rules, distances, blackouts",
    "5": "What a platform allows, after substitution",
    "6": "Media: missing, kind, size, alternative text",
    "7": "Variables, briefs, drafts",
    "8": "Sheets: files, columns, rows",
}
"""Second character of a code → what its hundred is about."""

_TABLE = """
E100 :: a file cannot be read :: check that it exists and that you may read it
E101 :: the file is not valid YAML :: look at the place shown: most often a quote, a colon or an indent
E102 :: the file is not UTF-8 :: save it as UTF-8
E103 :: the file says too much: over 200,000 values, or over 8 MB :: split the campaign
E104 :: values are nested deeper than 40 levels :: write it flatter
E105 :: a key is written twice in one mapping :: remove one of the two
E106 :: a YAML tag (`!x`) is used :: remove it; kinds are known from the keys
E107 :: a tab is used in YAML :: use spaces
E108 :: a control character is in the file :: remove it; in double quotes it can be written as an escape
E109 :: an alias has no anchor, or contains itself :: write the value out
E110 :: a key is not text :: write a name before the colon
E111 :: there is more than one document in the file :: keep one; remove the `---` line
E112 :: front matter or an HTML comment is not closed :: put a line `---`, or `-->`, after it
E201 :: a key is not known here :: see the nearest match and the list of keys
E202 :: a key is missing :: add it
E203 :: a key has no value :: write one, or remove the key; a value that starts with `#` needs quotes
E204 :: a value is of the wrong kind :: write text, a number, a list or keys, as the message says
E205 :: a value is none of those allowed :: take one of the list
E206 :: an id or name is not well formed :: lower-case letters, digits and hyphens; begins with a letter or digit
E207 :: a number, text or list is out of its bounds :: stay within the bounds given
E208 :: keys are used together that exclude each other :: keep one of them
E209 :: an address is not allowed :: use https://; http:// is for this computer only
E210 :: the version of the file is not known :: write `version: 1`, or update the program
W211 :: the address of a notice shows a password or token :: put it into an environment variable and name that under `url_env:`
E212 :: an address of a notice is of a kind that cannot be told :: docs/notices.md has addresses for mail, chat and webhooks
E301 :: a platform is not known :: see the nearest match
E302 :: an account is not known :: see the nearest match; accounts stand in daypart.yaml
E303 :: a slot is not known :: see the nearest match; slots stand under `schedule:`
E304 :: a language is not one of the campaign or the account :: see the nearest match
W305 :: there is no adapter for a platform yet :: its posts are checked, and never planned
E306 :: two posts, or two campaigns, have the same id :: rename one
E307 :: the same text and media went to this account in the last 30 days :: declare `moved:`, or say `repeat: true`
E308 :: a brand file is missing :: see the nearest match
E309 :: an account belongs to two clients :: an account belongs to one client, or to none
E310 :: a text is missing in a language of the account :: write it; no other language is ever put in its place
E311 :: the languages of a thread have different numbers of parts :: give each language the same parts
E312 :: a text file belongs to no post :: give it the name of a post, or add front matter
E313 :: a post goes to accounts of several clients :: name them all under `clients:`, if that is meant
E314 :: a client is not known :: see the nearest match
E315 :: `moved:` names a post that is not there, or one that still is :: `from` is the old id, `to` the new one
E316 :: an account or another name is listed twice :: remove one
W317 :: `for:` names an account or platform that the post does not go to :: add the account, or remove the part
E401 :: a time zone is not known :: use a name as Europe/Warsaw
E402 :: a local time does not exist: clocks jump over it :: take one of its neighbours
W402 :: a slot or series meets a jump of the clocks :: it is moved later by the jump
W403 :: a local time exists twice: clocks are set back :: the first is taken; add an offset to choose
W404 :: a time is past and nothing was sent :: the post is skipped; give it a new time
E405 :: a time is inside a blackout :: take another day
W406 :: two posts of an account are closer than `min_gap` :: move one of them
W407 :: a time is in the quiet hours :: move it
W408 :: an account has more posts on one day than `daily_max` :: move one of them
W409 :: a time is before `starts` or after `ends` :: change the time or the campaign's dates
E410 :: a recurrence rule is not understood :: FREQ=DAILY, WEEKLY or MONTHLY with INTERVAL, COUNT, UNTIL, BYDAY, BYMONTHDAY
E411 :: a time or date is not understood :: as 2026-11-30T12:15, 2026-11-30, "12:15"
E412 :: an end is before its start :: swap them
E413 :: a length of time is not understood :: as 90s, 15m, 4h, 2d
W414 :: no free slot was found in the next 90 days :: add a slot, or an end date that is later
W415 :: a time is in the quiet hours of its account or client :: move it; it waits until they end, and is missed if its window ends first
W416 :: posts of an account exceed its `pace` :: move one; it waits for its turn, and is missed if its window ends first
E501 :: a text is too long for a platform :: shorten it, or give that platform its own text under `for:`
W502 :: a platform advises against it, and allows it :: change it, or leave it
E503 :: a platform needs a text :: write one
E504 :: a platform does not know this :: remove it for that platform
E505 :: there are too many hashtags for a platform :: remove some
E506 :: a poll is not one that the platform takes :: see the bounds in the message
E507 :: there are too many @tags for a platform :: remove some
W508 :: a platform has no place for it, so it is not sent :: remove it for that platform
E601 :: a media file is missing :: see the nearest match
E602 :: a media file is outside the workspace :: copy it into the workspace
E603 :: a media file is empty or cannot be read :: export it again
E604 :: a media file is not a picture or video that we know :: JPEG, PNG, WebP, GIF; MP4, MOV, WebM
W605 :: a media file's name says another type than its bytes :: rename it
W606 :: a picture or video has no alternative text :: describe what is seen, in a sentence
E607 :: an alternative text is missing in a language of the account :: write it
E608 :: a cover time is after the end of the video :: take an earlier one
E609 :: there is too much, or too little, media for a platform :: change the list
E610 :: a media file is of a type that the platform does not take :: convert it
E611 :: a media file is too large for a platform :: export it smaller
E612 :: a picture or video has a shape that the platform does not take :: crop it
E613 :: a video is too short or too long for a platform :: cut it
E614 :: an alternative text is too long for a platform :: shorten it
E615 :: the platform fetches pictures itself, and they have no public address :: set up a media host
E701 :: a variable is not defined :: define it under `vars:`, or use `default(…)`
E702 :: a filter is not known :: upper, lower, date, number, default
E703 :: a `{{` is not closed or not understood :: `{{ name }}`, `{{ a.b }}`, `{{ name | filter }}`; write `\\{{` for the signs themselves
E704 :: a filter cannot work on a value :: see the message
E705 :: a text is longer than 100,000 characters after substitution :: shorten the values
E706 :: a post has neither text nor brief nor media, or a part of a thread is empty :: write one of them
W710 :: the brief changed after the text was drafted from it :: look at the text again, or draft it anew
E801 :: a file is not a sheet that can be read :: save it as .xlsx or as CSV (UTF-8)
E802 :: a sheet is larger than any month of posts :: split it
E803 :: the encoding of a text file is not understood :: save it as CSV (UTF-8)
E804 :: a workbook has several sheets with rows, or not the one that was named :: name one: --sheet
E805 :: no row names the columns :: write the names above the columns
E806 :: two columns mean the same, or `--map` names a column that is not there :: leave one out, or correct the name
E807 :: a column is not known :: say what it means with --map, or leave it out with --ignore
W807 :: a column is not known and was left out :: say what it means with --map
E808 :: a column is missing without which no row can be understood :: add it, or say which it is with --map
E809 :: a cell holds an error, or a formula that was never computed :: write the value, or save the sheet again
E810 :: an account belongs to another client than the row, or could be several :: write the account's own name
E811 :: two rows are the same :: take one out, or tell them apart with a column Id
E812 :: a row was changed whose post cannot change any more :: make a new row with another id
E813 :: no slot is free for a row :: give it a time, or add a slot to a campaign
W814 :: something was read by a guess :: look whether it is right
E815 :: there is an invisible control sign in a cell :: type the text anew
E816 :: a row has a day and no time of day :: write a time, or fill free slots: --fill
E817 :: the time of a new row has passed :: give it a time ahead
E818 :: there is no adapter for an account yet :: take it out of the row
"""


def _read(table: str) -> dict[str, Code]:
    rows = (line.split(" :: ") for line in table.strip().splitlines())
    return {code: Code(code, meaning, way_out) for code, meaning, way_out in rows}


CODES: dict[str, Code] = _read(_TABLE)
"""Code → meaning and way out, in order."""
