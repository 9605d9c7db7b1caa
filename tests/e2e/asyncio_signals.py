# SPDX-License-Identifier: BSD-2-Clause
"""Near miss: asyncio that waits for nothing but a signal."""
import asyncio
import os
import signal

import hang


async def serve():
    end = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, end.set)
    hang.ready(main=os.getpid())
    await end.wait()


if __name__ == "__main__":
    hang.go()
    asyncio.run(serve())
