"""Databricks' SQL on Sail, for `databricks_emulator.py`.

Each module mends differences between Sail 0.7 and Databricks that would fail a correct
statement, or answer it otherwise. What Databricks refuses is refused.
"""
