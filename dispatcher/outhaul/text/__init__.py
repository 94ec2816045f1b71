"""What is read, shown and kept secret: texts, and nothing that knows a row."""
