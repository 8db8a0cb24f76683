"""`python -m caravana.cli`: the command line where its script is not on the path."""

from caravana.cli import main

main()
