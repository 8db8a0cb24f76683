"""The pure callables of the conversation flow, named `talk.…` in its routes."""

from caravana.commerce.conversation.goods import Goods
from caravana.commerce.conversation.notices import Notices
from caravana.commerce.conversation.orders import Orders
from caravana.commerce.conversation.page import Page
from caravana.commerce.conversation.patience import Patience
from caravana.commerce.conversation.people import People
from caravana.commerce.conversation.talking import Talking


class Talk(Talking, Goods, People, Orders, Notices, Page, Patience):
    """All of them, under one company's settings."""
