"""Requests to vendors: deadlines, log-ins, and what an answer means for each row."""
