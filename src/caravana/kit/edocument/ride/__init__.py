"""The RIDE: the printed form of an electronic document, as PDF.

`ride` takes the SRI's XML of a document, signed or not, or the SRI's wrapper around it (`autorizacion`), and prints what stands
in it and nothing else. The same input always gives the same bytes.
"""

from caravana.kit.edocument.ride.form import Authorised, NotPrintable, Paper
from caravana.kit.edocument.ride.layout import ride
from caravana.kit.edocument.ride.paper import read_paper

__all__ = ["Authorised", "NotPrintable", "Paper", "read_paper", "ride"]
