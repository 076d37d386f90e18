"""A month of posts from a sheet: reading the table, naming its columns, judging each cell, comparing rows with what is there."""
