"""The file `beans` written in Python."""

from caravana.route.builder import bean, beans, document

DOCUMENT = document(
    beans(
        bean("pricing", "shop.pricing:Pricing", "USD", 2, rounding="half-up", taxes=[0.15, 0]),
        bean("stamp", "shop.stamp:stamp"),
    )
)
