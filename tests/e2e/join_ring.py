# SPDX-License-Identifier: BSD-2-Clause
"""A process joins its child, the child joins a grandchild, and that joins the first."""
import multiprocessing
import os

import hang


def join(process):
    process.join()


def run(say):
    b = hang.start(hang.context(), join, multiprocessing.parent_process())
    say.send(b.pid)
    b.join()


if __name__ == "__main__":
    hang.go()
    hear, say = multiprocessing.Pipe(duplex=False)
    a = hang.start(hang.context(), run, say)
    hang.ready(main=os.getpid(), a=a, b=hear.recv())
    a.join()
