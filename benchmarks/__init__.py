"""Speed and memory, measured on this machine: `python -m benchmarks`.

`builds.py` times dbt nodes beside a snapshot and a plain table, `dispatches.py`
the engine beside a bare loop; docs/performance.md says how and what came of it.
"""
