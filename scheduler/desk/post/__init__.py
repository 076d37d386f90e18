"""One post as every place reads it: its texts and accounts, exactly what goes out, and who may say yes."""
