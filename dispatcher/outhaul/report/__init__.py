"""`outhaul report`: one HTML page about segments and their delivery."""
