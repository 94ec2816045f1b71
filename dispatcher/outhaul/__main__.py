"""`python -m outhaul`: the same as the command."""

from outhaul.cli import main

if __name__ == "__main__":
    main()
