"""Write: posts made and changed by hand; their texts, accounts, pictures, scripts and tags."""
