"""Today: what will go wrong if nobody does anything, what people were told, what is late, what would go out."""
