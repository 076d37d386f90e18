"""Stand-in platforms and a stand-in model on loopback. Everything here says “sandbox”.

`/bluesky` `/mastodon` `/gotosocial` `/pixelfed` `/instagram` `/facebook` `/model/v1` are the stand-ins; the rest is the sandbox's own:

GET /           the page of what was published        POST /_faults    {"platform", "call", "point", "kind", "seconds", "count", "match"}
GET /_ledger    ?platform= ?account=                  GET /_faults     with how often each struck; DELETE forgets them, ?id= one
GET /_requests  every call, its status and fault      POST /_settings  {"platform", …}; "clock" takes "now" (UTC µs) and "speed"
GET /_media/…   a file by its SHA-256                 POST /_reset     as freshly started

Kinds of faults are in `faults.FaultKind`; settings are in the docstring of each stand-in's `settings`.
Secrets: every password or token is taken except `wrong` and `expired`; `sandbox-NAME` is the token of the account NAME.
"""
