# SPDX-License-Identifier: BSD-2-Clause
"""What the images are of: two Locks in opposite order, an RLock that is held, joins."""
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


threads = [
    threading.Thread(target=transfer, name="alpha"),
    threading.Thread(target=account.withdraw, name="beta"),
    threading.Thread(target=hold, name="owner"),
    threading.Thread(target=audit, name="größer"),
]
for thread in threads:
    thread.start()
time.sleep(1)
print(*[thread.native_id for thread in threads], flush=True)
for thread in threads:
    thread.join()
