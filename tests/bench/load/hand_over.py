# SPDX-License-Identifier: BSD-2-Clause
"""Two Python processes hand a multiprocessing.Lock over to each other; prints CPU and wall seconds."""
import multiprocessing
import sys
import time


def hand_over(mine, other, count):
    for _ in range(count):
        mine.acquire()
        other.release()


def partner(mine, other, count, cpu):
    before = time.process_time()
    hand_over(mine, other, count)
    cpu.value = time.process_time() - before


def main():
    count = int(sys.argv[1])
    context = multiprocessing.get_context("fork")
    here, there, cpu = context.Lock(), context.Lock(), context.Value("d", 0.0)
    here.acquire()
    there.acquire()
    child = context.Process(target=partner, args=(there, here, count, cpu), daemon=True)
    child.start()
    cpu_before, wall_before = time.process_time(), time.monotonic()
    there.release()
    hand_over(here, there, count)
    cpu_s, wall_s = time.process_time() - cpu_before, time.monotonic() - wall_before
    child.join()
    print(f"{cpu_s + cpu.value:.6f} {wall_s:.6f}")


main()
