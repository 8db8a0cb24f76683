"""A process of its own that only owns shards: it says how many, whenever that changes."""

import asyncio
import sys

from caravana.dispatch.lease import LeasedOwnership


async def main(url: str, lease: float) -> None:
    """Own shards until killed."""
    ownership = LeasedOwnership(url, lease=lease)
    said = -1

    async def changed(_: int) -> None:
        """The shards are counted below."""

    await ownership.start(changed, changed)
    while True:
        count = sum(last - first + 1 for first, last in ownership.ranges() if ownership.outlives(first, 0))
        if count != said:
            said = count
            sys.stdout.write(f"{count}\n")
            sys.stdout.flush()
        await asyncio.sleep(0.01)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], float(sys.argv[2])))
