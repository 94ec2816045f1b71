"""What a project is bound to: its destinations, their platforms and services."""
