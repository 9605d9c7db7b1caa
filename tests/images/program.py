# SPDX-License-Identifier: BSD-2-Clause
"""What the images are of: two Locks in opposite order, an RLock that is held, joins, an event loop."""
import asyncio
import threading
import time

account_lock = threading.Lock()
audit_lock = threading.RLock()
both = threading.Barrier(2)


class Account:
    def __init__(self):
        self.lock = threading.Lock()

    def withdraw(self):
        with self.lock:
            both.wait()
            with account_lock:
                pass


account = Account()


def transfer():
    with account_lock:
        both.wait()
        with account.lock:
            pass


def hold():
    with audit_lock:
        time.sleep(1000)


def audit():
    time.sleep(0.5)
    with audit_lock:
        pass


class Till:
    def __init__(self):
        self.lock = asyncio.Lock()

    async def pay(self, ledger):
        async with self.lock:
            await asyncio.sleep(0)
            await write(ledger)


async def write(ledger):
    async with ledger:
        pass


async def count(till, ledger):
    async with ledger:
        await asyncio.sleep(0)
        async with till.lock:
            pass


async def follow(task):
    await task


async def serve():
    till, ledger = Till(), asyncio.Lock()
    tasks = [asyncio.ensure_future(till.pay(ledger)), asyncio.ensure_future(count(till, ledger))]
    tasks.append(asyncio.ensure_future(follow(tasks[0])))
    await asyncio.gather(*tasks)


def loop():
    asyncio.new_event_loop().run_until_complete(serve())


threads = [
    threading.Thread(target=transfer, name="alpha"),
    threading.Thread(target=account.withdraw, name="beta"),
    threading.Thread(target=hold, name="owner"),
    threading.Thread(target=audit, name="größer"),
    threading.Thread(target=loop, name="loop"),
]
for thread in threads:
    thread.start()
time.sleep(1)
print(*[thread.native_id for thread in threads], flush=True)
for thread in threads:
    thread.join()
