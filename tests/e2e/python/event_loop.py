# SPDX-License-Identifier: BSD-2-Clause
"""Tasks of an event loop that hang, or only look like it: event_loop.py locks | result | thread."""
import asyncio
import os
import sys
import threading

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

import hang


class Till:
    def __init__(self):
        self.lock = asyncio.Lock()

    async def pay(self, ledger):
        async with self.lock:
            await asyncio.sleep(0)
            await enter(ledger)


async def enter(ledger):
    async with ledger:
        pass


async def audit(till, ledger):
    async with ledger:
        await asyncio.sleep(0)
        async with till.lock:
            pass


async def serve(orders):
    await orders.get()


def start(coroutine, name):
    return asyncio.get_running_loop().create_task(coroutine, name=name)


async def locks():
    till, ledger = Till(), asyncio.Lock()
    tasks = [start(till.pay(ledger), "payer"), start(audit(till, ledger), "auditor")]
    tasks.append(start(serve(asyncio.Queue()), "server"))
    await asyncio.gather(*tasks)


async def result():
    """Waits, in the loop, for what the loop is to do."""
    hang.ready(main=os.getpid())
    asyncio.run_coroutine_threadsafe(asyncio.sleep(0), asyncio.get_running_loop()).result()


async def thread():
    done = asyncio.Event()
    threading.Thread(target=set_late, args=(asyncio.get_running_loop(), done), daemon=True).start()
    await done.wait()


def set_late(loop, done):
    hang.sleep_for_ever()
    loop.call_soon_threadsafe(done.set)


async def main():
    work = start({"locks": locks, "result": result, "thread": thread}[sys.argv[1]](), "work")
    for _ in range(10):  # each goes on as far as it gets
        await asyncio.sleep(0)
    hang.ready(main=os.getpid())
    await work


if __name__ == "__main__":
    hang.go()
    asyncio.run(main())
