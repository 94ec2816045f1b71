"""Batches, claims, retries and commits; knows no destination and no warehouse.

`dispatch.py` runs the syncs of many activations, `sync.py` one of them; the
other modules hold one idea each that a sync is made of.
"""
