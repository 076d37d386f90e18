"""The week of somebody who looks after other people's accounts, job by job: with keys only, and with commands only."""
