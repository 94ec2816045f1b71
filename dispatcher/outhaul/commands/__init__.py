"""What the commands share, or do at length, as functions that return data."""
