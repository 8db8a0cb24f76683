"""`python -m caravana`: the command line."""

from caravana.cli import main

if __name__ == "__main__":
    main()
