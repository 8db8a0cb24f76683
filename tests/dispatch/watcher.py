"""A hub in a process of its own, which does what it is told on standard input and says how it went.

It has an exclusive consumer, and a route with a strict lane to a partner whose answers can be lost.

    look N   accept message N with the cursor N, and write N into the consumer's records → stored, refused or idle
    freeze   the lease is neither renewed nor looked at any more, so that the process cannot know that it lost it → frozen
    thaw     it is again → thawed
    lose     the answer to the next call of the partner is lost → lost
    pause    no exchange is begun any more → paused

Of its own accord it says `began CURSOR` and `ended`.
"""

import asyncio
import sys
from typing import Any

from caravana.engine.configuration import Configuration
from caravana.engine.hub import Hub
from caravana.kit.component import Component, Consumer, Endpoint
from caravana.kit.errors import Unknown
from caravana.kit.ports import Arrival, Receiver, Unavailable
from caravana.route import read_text
from tests.dispatch.hubs import Freezable, freeze
from tests.engine.conftest import route
from tests.engine.partner import PartnerComponent

WATCH = "- route:\n    id: watch\n    from:\n      uri: told:here\n      steps:\n        - log: taken\n"
PAY = route("- to: 'partner:pay?kind=blind'", parameters="{lane: '${body}', strict: 'true'}")


class ToldConsumer(Consumer):
    """The one that is told what to do; `current` is the one that runs."""

    exclusive = True
    current: "ToldConsumer | None" = None

    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver

    async def start(self) -> None:
        """Say where it goes on."""
        ToldConsumer.current = self
        say(f"began {await self._receiver.cursor()}")

    async def stop(self) -> None:
        """Say that it is over."""
        ToldConsumer.current = None
        say("ended")

    async def look(self, number: str) -> str:
        """Hand in `number`; both writes are tried, so that each has to be refused for itself."""
        answers = set()
        for write in (
            self._receiver.accept([Arrival(body=number, key=number)], cursor=number),
            self._receiver.store.put("watch", "last", number),
        ):
            try:
                await write
                answers.add("stored")
            except Unavailable:
                answers.add("refused")
        return " and ".join(sorted(answers))


class ToldEndpoint(Endpoint):
    """`told:anything`."""

    def consumer(self, receiver: Receiver) -> Consumer:
        return ToldConsumer(receiver)


class ToldComponent(Component):
    """The component of the consumer that is told what to do."""

    scheme, title, syntax, doc = "told", "Told", "told:name", "Does what it is told."

    def create(self, uri: Any, options: Any) -> Endpoint:
        return ToldEndpoint(uri, options, self.context)


def say(text: str) -> None:
    """Write a line to whoever started this process."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


async def obey(hub: Hub, order: str) -> None:
    """Carry out one line of standard input."""
    word, _, rest = order.strip().partition(" ")
    match word:
        case "look":
            consumer = ToldConsumer.current
            say("idle" if consumer is None else await consumer.look(rest))
        case "freeze" | "thaw":
            freeze(hub, frozen=word == "freeze")
            say({"freeze": "frozen", "thaw": "thawed"}[word])
        case "lose":
            PartnerComponent.world.lose_answer(Unknown("cut"))
            say("lost")
        case "pause":
            hub.dispatcher.pause()
            say("paused")


async def main(url: str, lease: float) -> None:
    """Run until killed."""
    ownership = Freezable(url, lease=lease)
    documents = [read_text(PAY + WATCH)]
    hub = Hub(Configuration(journal=url), documents, ownership=ownership, components=[ToldComponent, PartnerComponent])
    await hub.start()
    say("started")
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    async for line in reader:
        await obey(hub, line.decode())


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], float(sys.argv[2])))
