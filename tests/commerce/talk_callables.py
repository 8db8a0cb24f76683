"""The callables of a company's conversations, for the process of a crash test."""

from pathlib import Path

from caravana.commerce.conversation.base import TalkSettings
from caravana.commerce.conversation.settings import dialogues
from caravana.commerce.conversation.talk import Talk

TALK = Talk(TalkSettings("Empresa XYZ", "America/Guayaquil", dialogues({}, Path())), None)
