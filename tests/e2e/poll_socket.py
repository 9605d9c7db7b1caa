# SPDX-License-Identifier: BSD-2-Clause
"""Near miss: a process polls a listening socket, another one waits for it to end."""
import os
import select
import socket

import hang


def serve():
    listener = socket.create_server(("127.0.0.1", 0))
    poller = select.poll()
    poller.register(listener, select.POLLIN)
    poller.poll()


if __name__ == "__main__":
    hang.go()
    a = hang.start(hang.context(), serve)
    hang.ready(main=os.getpid(), a=a)
    a.join()
