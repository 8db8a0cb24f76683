"""A process of its own that only owns shards: it says how many, whenever that changes, and that it has lost one."""

import asyncio
import sys

from caravana.dispatch.lease import LeasedOwnership


async def main(url: str, lease: float) -> None:
    """Own shards until killed."""
    ownership = LeasedOwnership(url, lease=lease)
    said = -1

    async def won(_: int) -> None:
        """The shards are counted below."""

    async def lost(_: int) -> None:
        """Say so, and how many there are now: those won again at once are the same number."""
        nonlocal said
        said = -1
        sys.stdout.write("lost\n")

    await ownership.start(won, lost)
    while True:
        count = sum(last - first + 1 for first, last in ownership.ranges() if ownership.outlives(first, 0))
        if count != said:
            said = count
            sys.stdout.write(f"{count}\n")
            sys.stdout.flush()
        await asyncio.sleep(0.01)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], float(sys.argv[2])))
