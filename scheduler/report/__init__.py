"""The week's report: what went out, what readers did with it, who said yes."""
