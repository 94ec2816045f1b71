"""What the commands do, as functions that return data; `cli` prints it."""
