"""Batches, claims, retries and commits; knows no destination and no warehouse.

`dispatch.py` runs the syncs of many activations. `turns.py` gives each its turn: the
lease, the record, and `preparation.py` before the first row. `sync.py` is the loop over
rows: `feed.py` reads and claims, `intake.py` makes tasks of them, `schedule.py` holds
these until `workers.py` has a thread. `verdicts.py` decides what an answer means,
`consequences.py` does it, `outcomes.py` and `commits.py` keep what came of it.
"""
