"""The one list of what a person can do here: bindings, palette, the `?` page and docs/keys.md are made from it."""

from __future__ import annotations

from functools import cache

from tui.keys.action import Action
from tui.say import later, say

PLACES: tuple[Action, ...] = (
    Action("place.today", "1", "place('today')", "Today", "What needs you, what goes out in the next 36 hours", "daypart status"),
    Action(
        "place.calendar",
        "2",
        "place('calendar')",
        "Calendar",
        "The month, the week or a list, every account of every client",
        "daypart post list",
    ),
    Action("place.write", "3", "place('write')", "Write", "The post you are writing", "daypart post edit"),
    Action("place.approvals", "4", "place('approvals')", "Approvals", "What waits for a person's yes", "daypart approve"),
    Action("place.outbox", "5", "place('outbox')", "Outbox", "What went out, what is on its way, what needs you", "daypart outbox"),
    Action("place.accounts", "6", "place('accounts')", "Accounts", "Who is signed in until when, and connecting", "daypart account list"),
    Action("place.library", "7", "place('library')", "Library", "Posts to use again, media, ideas, what is proposed", "daypart library"),
    Action("place.plan", "8", "place('plan')", "Plan", "Campaign files: mistakes, what would change; posts from a sheet", "daypart plan"),
    Action("place.report", "9", "place('report')", "Report", "The week's numbers, and who approved what", "daypart report"),
)
"""Later places take 6 to 9, so that no key people learned ever moves."""

SETTINGS = Action("place.settings", "comma", "place('settings')", "Settings", "Colours, language and keys of your desk", "daypart settings")
"""A place without a digit."""

HOLD = Action(
    "all.hold",
    "!,ctrl+g",
    "hold",
    "Hold all",
    "Stop everything at once; when on hold: release, after a question",
    "daypart hold",
    footer=True,
)
HOLD_ONE = Action(
    "all.hold_client",
    "H",
    "hold_client",
    "Hold one client",
    "Stop the client that is shown or under the cursor; when on hold: release, after a question",
    "daypart hold --client",
)
HOLD_CAMPAIGN = Action(
    "all.hold_campaign",
    "P",
    "hold_campaign",
    "Hold one campaign",
    "Pause the campaign of the post under the cursor, or one you pick; when on hold: release, after a question",
    "daypart hold --campaign",
)
HELP = Action("all.help", "?", "help", "Keys here", "Keys and help for this place", footer=True)
PALETTE = Action("all.palette", "ctrl+p,:", "command_palette", "Everything", "Find any command, post or place by name")
CLIENT = Action("all.client", "C", "client", "Client", "Show one client only, or all of them", "--client")
NEW = Action(
    "post.new",
    "n",
    "new_post",
    "New post",
    "Write a new post; in the calendar on the day under the cursor",
    "daypart post new",
    footer=True,
)
IDEA = Action("all.idea", "I", "idea", "Note an idea", "Keep an idea in one line, from anywhere", "daypart idea")
UNDO = Action("all.undo", "z", "undo", "Undo", "Take back the last change")
NOTICES = Action("all.notices", "N", "notices", "Notices", "What people were told, and what waits to be told", "daypart notices")
SERVICE = Action(
    "all.service",
    "S",
    "start_service",
    "Start the service",
    "Start the publishing service; it goes on without the desk",
    "daypart daemon --background",
)
QUIT = Action("all.quit", "q,ctrl+q", "leave", "Leave", "Close the desk; the publishing service goes on by itself")
EVERYWHERE: tuple[Action, ...] = (
    *PLACES, HOLD, HOLD_ONE, HOLD_CAMPAIGN, HELP, PALETTE, CLIENT, NEW, NOTICES, SERVICE, IDEA, UNDO, SETTINGS, QUIT,
)  # fmt: skip

MOVE: tuple[Action, ...] = (
    Action("list.up", "up,k", "step(-1)", "Up", "One line up"),
    Action("list.down", "down,j", "step(1)", "Down", "One line down"),
    Action("list.page_up", "pageup", "page(-1)", "Page up", "One page up"),
    Action("list.page_down", "pagedown", "page(1)", "Page down", "One page down"),
    Action("list.top", "g,home", "edge(-1)", "Top", "First line"),
    Action("list.end", "G,end", "edge(1)", "End", "Last line"),
)
"""Moving in a list."""

OPEN = Action("post.open", "enter", "open", "Open", "Open what is under the cursor", "daypart post show", footer=True)
EDIT = Action("post.edit", "e", "edit", "Edit", "Open the post for writing", "daypart post edit", footer=True)
RESCHEDULE = Action(
    "post.reschedule", "r", "reschedule", "Reschedule", "Another time, typed as people say it", "daypart post move", footer=True
)
DELETE = Action(
    "post.delete", "d", "delete", "Delete or cancel", "Delete a draft, or take a planned post off the plan (asks)", "daypart post cancel"
)
BROWSE = Action("post.browse", "o", "browse", "Open in browser", "Open the published post in the browser")
COPY = Action("post.copy", "y", "copy", "Copy", "Copy the link, or what is known, to the clipboard")
FIND = Action("list.find", "/", "find", "Find", "Show only lines with these words; enter keeps it, esc removes it", footer=True)
BACK = Action("all.back", "escape", "back", "Back", "Back; never leaves the program")
PANE = Action("all.pane", "tab", "app.focus_next", "Next pane", "To the next pane; shift+tab to the one before")

THERE = Action("ask.there", "i", "there", "It is there", "You saw the post: give its link", "daypart resolve --published", footer=True)
AGAIN = Action(
    "ask.again",
    "s",
    "again",
    "Send again",
    "You made sure that it is not there; of a post that a hold made late: send it now, move it or drop it",
    "daypart resolve --send-again",
    footer=True,
)
DROP = Action("ask.drop", "x", "drop", "Drop", "Give this one up; it is not sent any more", "daypart resolve --drop", footer=True)
DECIDE: tuple[Action, ...] = (THERE, AGAIN, DROP)
"""Only on an item that needs a person."""

WEEK: tuple[Action, ...] = (
    Action("week.left", "left,h", "day(-1)", "Day before", "One day to the left"),
    Action("week.right", "right,l", "day(1)", "Day after", "One day to the right"),
    Action("week.up", "up,k", "step(-1)", "Up", "Post above; in the month the week before"),
    Action("week.down", "down,j", "step(1)", "Down", "Post below; in the month the week after"),
    Action("week.before", "pageup", "page(-1)", "Page before", "One month or week back"),
    Action("week.after", "pagedown", "page(1)", "Page after", "One month or week on"),
    Action("week.top", "g,home", "edge(-1)", "First", "First post of the day; in the month its first day"),
    Action("week.end", "G,end", "edge(1)", "Last", "Last post of the day; in the month its last day"),
)
VIEW = Action("calendar.view", "v", "view", "View", "Month, week, agenda, and round again", "daypart post list --from", footer=True)
MARK = Action(
    "calendar.mark",
    "space",
    "mark",
    "Mark",
    "On a day: ‹post.new› fills the free slots of marked days. On a post in the day pane or the agenda: "
    "‹week.earlier› ‹week.later› ‹post.delete› ‹post.duplicate› do it to all marked posts",
    "daypart post shift",
)
DUPLICATE = Action("post.duplicate", "c", "duplicate", "Duplicate", "The same post once more, as a draft", "daypart post duplicate")
FILTER = Action("calendar.filter", "f", "filter", "Filter", "Only one account, network, campaign or state", "daypart post list --account")
CALENDAR: tuple[Action, ...] = (
    OPEN,
    VIEW,
    RESCHEDULE,
    Action("week.today", "t", "today", "Today", "Back to today"),
    Action("week.earlier", "[", "shift(-1)", "Day earlier", "Move this post one day earlier", "daypart post move"),
    Action("week.later", "]", "shift(1)", "Day later", "Move this post one day later", "daypart post move"),
    MARK,
    FILTER,
    FIND,
    DUPLICATE,
    EDIT,
    DELETE,
    BROWSE,
    COPY,
    BACK,
    PANE,
)
TODAY: tuple[Action, ...] = (*DECIDE, OPEN, EDIT, FIND, RESCHEDULE, DELETE, BROWSE, COPY, BACK, PANE)
OUTBOX: tuple[Action, ...] = TODAY

ACCOUNTS: tuple[Action, ...] = (
    Action("account.connect", "c", "connect", "Connect", "Sign in, also to a new account", "daypart account connect", footer=True),
    Action("account.test", "t", "test", "Test", "One harmless call, to see that the account works", "daypart account test", footer=True),
    OPEN,
    Action("account.correct", "e", "correct", "Edit", "Another handle or server where nobody is signed in", "daypart account correct"),
    Action(
        "account.disconnect",
        "d",
        "disconnect",
        "Disconnect",
        "Sign out of the account; where nobody is signed in, take it out of daypart.yaml (asks)",
        "daypart account disconnect",
    ),
    FIND,
    COPY,
    BACK,
    PANE,
)

APPROVE = Action("review.approve", "a", "approve", "Approve", "Approve exactly what is shown", "daypart approve", footer=True)
SEND_BACK = Action(
    "review.back", "b", "send_back", "Send back", "Not like this: back to the writer, with a reason", "daypart reject", footer=True
)
READ_ON = Action("review.on", "space", "read_on", "Read on", "The next page of what will go out; at its end back to its beginning")
DIFF = Action("review.diff", "d", "diff", "What changed", "What changed since it was approved last", "daypart post show")
CLIENT_WORD = Action(
    "review.word",
    "w",
    "client_word",
    "Client's word",
    "Record what a client said yes to, by the seals that came back",
    "daypart approve --on-behalf",
)
REVIEW_FILE = Action(
    "review.file", "R", "review_file", "Review file", "Write one file with the client's week, to send for sign-off", "daypart review export"
)
APPROVALS: tuple[Action, ...] = (
    APPROVE,
    SEND_BACK,
    READ_ON,
    DIFF,
    CLIENT_WORD,
    REVIEW_FILE,
    EDIT,
    OPEN,
    FIND,
    RESCHEDULE,
    COPY,
    BACK,
    PANE,
)

REPORT: tuple[Action, ...] = (
    OPEN,
    Action("report.view", "v", "view", "View", "The week's numbers, or its ledger: who approved what", "daypart report", footer=True),
    Action("report.before", "left,h", "week(-1)", "Week before", "One week back", "daypart report --week", footer=True),
    Action("report.after", "right,l", "week(1)", "Week after", "One week on", "daypart report --week"),
    Action("report.today", "t", "today", "Today", "Back to this week", "daypart report"),
    Action("report.pick", "W", "pick_week", "Pick a week", "Choose a week, or type a day of it", "daypart report --week"),
    Action("report.export", "X", "export", "Export", "Write report, calendar or archive to a file", "daypart export", footer=True),
    FIND,
    BROWSE,
    COPY,
    BACK,
    PANE,
)

WRITE: tuple[Action, ...] = (
    Action("write.when", "f5", "when", "When", "The time for all accounts of this post", "daypart post move", footer=True),
    Action(
        "write.problem", "f9", "problem", "Next problem", "Jump to the next thing that does not fit", "daypart post preview", footer=True
    ),
    Action("write.preview", "f3", "preview", "Next preview", "Look at the next account", "daypart post preview", footer=True),
    Action("write.review", "ctrl+r", "review", "Review", "Save, then read and approve exactly this", "daypart approve", footer=True),
    Action("write.model", "f8", "model", "Ask the model", "Let the model propose texts from the brief", "daypart draft", footer=True),
    Action("write.save", "ctrl+s", "save", "Save", "Save now (it also saves by itself)", "daypart post edit"),
    Action("write.text", "ctrl+l", "next_text", "Next text", "The next language or account's own text"),
    Action(
        "write.own",
        "ctrl+o",
        "own_text",
        "Own text",
        "The network of the preview gets a text of its own; again: back to the common one (asks)",
        "daypart post edit --account",
    ),
    Action("write.script", "ctrl+t,f10", "script", "Script", "The Reels script as a timeline; again: the caption", "daypart post script"),
    Action(
        "write.pictures", "f4", "pictures", "Pictures", "Pictures, videos and their alt texts; again: the caption", "daypart post media"
    ),
    Action(
        "write.comment",
        "ctrl+n,f6",
        "first_comment",
        "First comment",
        "What you say below your own post, where the network has such a thing",
        "daypart post edit --field",
    ),
    Action("write.former", "ctrl+f", "former", "Earlier texts", "Who wrote what when, and back to one of them", "daypart post texts"),
    Action("write.accounts", "f2", "accounts", "Accounts", "Where it goes: more accounts of its client, or fewer", "daypart post accounts"),
    Action("write.back", "escape", "back", "Back", "Leave the text, then back to where you were"),
    Action("write.edit", "e,enter", "into_text", "Into the text", "Put the cursor into the text"),
    Action("write.plan", "r", "when", "Reschedule", "The time for all accounts of this post", "daypart post move"),
    Action("write.delete", "d", "delete", "Delete or cancel", "Delete this draft (asks)", "daypart post delete"),
)

VARIANTS: tuple[Action, ...] = (
    Action("variants.1", "1", "look(0)", "Variant 1", "Look at variant 1", "daypart drafts"),
    Action("variants.2", "2", "look(1)", "Variant 2", "Look at variant 2", "daypart drafts"),
    Action("variants.3", "3", "look(2)", "Variant 3", "Look at variant 3", "daypart drafts"),
    Action("variants.before", "left,h", "step(-1)", "Variant before", "The variant before"),
    Action("variants.next", "right,l", "step(1)", "Next variant", "The next variant, also beyond the third"),
    Action("variants.up", "up,k", "scroll(-1)", "Up", "One line up in the variant"),
    Action("variants.down", "down,j", "scroll(1)", "Down", "One line down in the variant"),
    Action("variants.take", "enter", "take", "Take it", "Make it the text of the post; ‹all.undo› takes it back", "daypart accept"),
    Action("variants.leave", "escape", "leave", "Stop, throw away", "While it writes: stop. After that: throw all away", "daypart discard"),
    Action("variants.drop", "x", "discard", "Drop", "Throw this one away", "daypart discard"),
    Action("variants.again", "n", "again", "Ask again", "Ask the model for new ones", "daypart draft"),
)
"""In the pane of the model, when it has the focus."""
BEATS: tuple[Action, ...] = (
    Action(
        "script.edit", "enter,e", "edit_beat", "Edit the beat", "What is said, shown and seen, and how long", "daypart post script --edit"
    ),
    Action("script.add", "n", "add_beat", "New beat", "One more beat after this one", "daypart post script --edit"),
    Action("script.longer", "+,=,right,l", "stretch(1)", "Longer", "This beat half a second longer", "daypart post script --edit"),
    Action("script.shorter", "-,left,h", "stretch(-1)", "Shorter", "This beat half a second shorter", "daypart post script --edit"),
    Action("script.earlier", "[", "move_beat(-1)", "Earlier", "This beat before the one above", "daypart post script --edit"),
    Action("script.later", "]", "move_beat(1)", "Later", "This beat after the one below", "daypart post script --edit"),
    Action(
        "script.remove",
        "d",
        "remove_beat",
        "Delete the beat",
        "Take this beat out; ‹all.undo› brings it back",
        "daypart post script --edit",
    ),
    Action("script.target", "T", "target", "Length wanted", "How long the whole Reel is to be", "daypart post script --edit"),
    Action("script.up", "up,k", "step(-1)", "Up", "The beat before"),
    Action("script.down", "down,j", "step(1)", "Down", "The next beat"),
    Action("script.top", "g,home", "edge(-1)", "Top", "The first beat"),
    Action("script.end", "G,end", "edge(1)", "End", "The last beat"),
)
"""In the script, when it has the focus."""
PICTURES: tuple[Action, ...] = (
    Action("media.alt", "enter,e", "alt", "Alt text", "Say what is seen, for people who do not see it", "daypart post edit --field"),
    Action("media.add", "n", "add_media", "Add one", "Add a picture or video, by its path", "daypart post media --add"),
    Action(
        "media.remove",
        "d",
        "remove_media",
        "Take it out",
        "Take this one out of the post; ‹all.undo› brings it back",
        "daypart post media --remove",
    ),
    Action("media.earlier", "[", "move_media(-1)", "Earlier", "This one before the one above", "daypart post media --move"),
    Action("media.later", "]", "move_media(1)", "Later", "This one after the one below", "daypart post media --move"),
    Action(
        "media.made",
        "g",
        "declare_media",
        "AI made it",
        "Say that AI changed this one; again: made it; again: neither",
        "daypart post media --made",
    ),
    Action("media.view", "v", "look", "Look", "Show the picture, as well as this terminal can"),
    Action("media.up", "up,k", "step(-1)", "Up", "The one above"),
    Action("media.down", "down,j", "step(1)", "Down", "The one below"),
)
"""In the list of pictures, when it has the focus."""
PANES: dict[str, tuple[Action, ...]] = {
    later("Write, in the model's pane (‹write.model›)"): VARIANTS,
    later("Write, in the script (‹write.script›)"): BEATS,
    later("Write, in the pictures (‹write.pictures›)"): PICTURES,
}
"""Parts of a place with keys of their own while they have the focus."""

LIBRARY: tuple[Action, ...] = (
    OPEN,
    FIND,
    DUPLICATE,
    Action(
        "library.evergreen",
        "E",
        "evergreen",
        "Evergreen",
        "Let this post come round again, as drafts",
        "daypart post evergreen",
        footer=True,
    ),
    Action("library.tags", "T", "tags", "Tags", "Sort this post by words of your own; / #summer finds them", "daypart post tag"),
    Action("library.left", "left,h", "tab(-1)", "List before", "Posts, media, ideas, proposed: the list before"),
    Action("library.right", "right,l", "tab(1)", "Next list", "Posts, media, ideas, proposed: the next list"),
    EDIT,
    DELETE,
    COPY,
    BACK,
    PANE,
)

PLAN: tuple[Action, ...] = (
    OPEN,
    Action("plan.apply", "A", "apply", "Apply", "Make the calendar follow what is shown (asks first)", "daypart apply", footer=True),
    Action("plan.sheet", "L", "load_sheet", "Load a sheet", "Posts from the rows of a CSV or Excel sheet", "daypart import", footer=True),
    FIND,
    Action("plan.edit", "e", "edit", "Edit", "Open the post of this line in Write; ‹write.model› there asks the model", "daypart draft"),
    Action("plan.copy", "y", "copy", "Copy", "Copy the place of a mistake, as file:line, or a key", "daypart validate --format line"),
    BACK,
    PANE,
)
SHEET: tuple[Action, ...] = (
    Action("plan.apply", "A", "apply", "Import", "Make drafts of the rows that are shown", "daypart import", footer=True),
    Action("sheet.column", "enter", "open", "Open", "Say what a column means; see all of a row or mistake", "daypart import --map"),
    Action("sheet.fill", "F", "fill", "Fill free slots", "Rows without a time take free slots, or not", "daypart import --fill"),
    Action("sheet.skip", "O", "skip", "Omit wrong rows", "Import the right rows, leave wrong ones", "daypart import --skip-wrong-rows"),
    Action("sheet.copy", "y", "copy", "Copy", "Copy the place of a mistake, as October.xlsx:Sheet1!D17", "daypart import --format line"),
)
"""In the dialog of a sheet that was read."""
CHANGE: tuple[Action, ...] = (
    Action(
        "settings.change", "enter", "change", "Change", "The next value; for a key: press the new one", "daypart settings set", footer=True
    ),
    Action("settings.after", "right,l,space", "turn(1)", "Next value", "The value after this one", "daypart settings set", footer=True),
    Action("settings.before", "left,h", "turn(-1)", "Value before", "The value before this one", "daypart settings set"),
    Action("settings.reset", "delete,u", "reset", "As usual", "The value it had before you chose", "daypart settings reset", footer=True),
    FIND,
    BACK,
    PANE,
)

DIALOG: tuple[Action, ...] = (Action("dialog.no", "escape", "no", "No", "Close without doing anything"),)

SCREENS: dict[str, tuple[Action, ...]] = {
    "today": (*TODAY, *MOVE),
    "calendar": (*CALENDAR, *WEEK),
    "write": WRITE,
    "approvals": (*APPROVALS, *MOVE),
    "outbox": (*OUTBOX, *MOVE),
    "accounts": (*ACCOUNTS, *MOVE),
    "library": (*LIBRARY, *MOVE),
    "plan": (*PLAN, *MOVE),
    "report": (*REPORT, *MOVE),
    "settings": (*CHANGE, *MOVE),
}
"""Every place with what can be done there, the commonest first."""


def place_name(place: str) -> str:
    """What a place is called."""
    return say(next(action.label for action in (*PLACES, SETTINGS) if f"'{place}'" in action.action))


def everything() -> tuple[Action, ...]:
    """Each action once."""
    found = {action.id: action for group in (EVERYWHERE, *SCREENS.values(), *PANES.values()) for action in group}
    return tuple(found.values())


_CHANGING = frozenset({
    "new_post", "idea", "undo", "reschedule", "delete", "there", "again", "drop", "duplicate", "shift", "connect", "disconnect",
    "approve", "send_back", "client_word", "when", "model", "own_text", "first_comment", "accounts", "apply", "evergreen", "tags",
    "alt", "add_media", "remove_media", "move_media", "declare_media", "target",
})  # fmt: skip
"""Names of actions that change the store."""


@cache
def changing(action: str) -> str:
    """The label of an action that changes the store; empty for every other one."""
    name = action.partition("(")[0].rpartition(".")[2]
    if name not in _CHANGING:
        return ""
    return next((one.label for one in everything() if one.action.partition("(")[0] == name), name)
