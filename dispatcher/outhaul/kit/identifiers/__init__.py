"""What tells a network who somebody is: its normal form, its hash, and who wants which.

The macros of `macros/advertising` give the same bytes, and tests hold one to the other.
"""
