"""outhaul's dispatcher: forwards what the diffs of a dbt project changed.

The warehouse computes segments and changes (the dbt package beside this one);
the dispatcher reads the changed rows, sends them and marks them synced.
"""

__version__ = "0.1.0"
