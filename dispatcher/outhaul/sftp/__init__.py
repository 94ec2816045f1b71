"""Whole files to an SFTP server."""
