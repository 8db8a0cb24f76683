"""What the SRI's schemas demand of each type of document: order, occurrence, lengths, patterns and decimals, as our own table.

The `.txt` files beside this are the table; `table` tells how they are written, `checker` holds a document against them.
"""

from caravana.kit.edocument.structure.checker import check_root, check_text
from caravana.kit.edocument.structure.table import STRUCTURES, Node, Structure, structure_of

__all__ = ["STRUCTURES", "Node", "Structure", "check_root", "check_text", "structure_of"]
