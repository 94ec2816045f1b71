"""Delivery of files, once for all destinations that take them.

account.py holds the settings of a server, host_keys.py and session.py the
connection, delivery.py the way of a file into its folder, names.py what it is
called, tables.py and packing.py what is in it.
"""
