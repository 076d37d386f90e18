"""The one door for every action of a person: `scheduler.desk.desk.Desk`."""
