"""Where an exchange stands that has no branch yet, and what it keeps until a person has mended that."""

PATH = "@branch"
"""Error path of an exchange that has no branch, or a removed one; no step has this path."""
PLACE = "CaravanaPlace"
"""Property of a message whose branch could not be told when it was accepted: what its record has."""
