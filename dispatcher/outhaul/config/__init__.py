"""What a project says: dbt's files, `destinations.yml`, and settings as dataclasses."""
