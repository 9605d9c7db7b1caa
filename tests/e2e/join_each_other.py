# SPDX-License-Identifier: BSD-2-Clause
"""Parent and child each wait for the other to end."""
import multiprocessing
import os

import hang


def run():
    multiprocessing.parent_process().join()


if __name__ == "__main__":
    hang.go()
    a = hang.start(hang.context(), run)
    hang.ready(main=os.getpid(), a=a)
    a.join()
