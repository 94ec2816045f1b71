"""What a platform is made of: accounts, services, fields, values and files."""
