/* SPDX-License-Identifier: BSD-2-Clause */
/* A writer of a table and its clerk: one has the std::mutex, the other the std::shared_mutex. */
#include <cstdio>
#include <latch>
#include <mutex>
#include <semaphore>
#include <shared_mutex>
#include <thread>
#include <unistd.h>

namespace office
{

static std::mutex desk;
static std::shared_mutex table;
static std::latch both(2);

static void write_table()
{
	std::lock_guard<std::mutex> mine(desk);
	both.arrive_and_wait();
	std::unique_lock<std::shared_mutex> all(table); /* here it hangs */
}

static void tidy_desk()
{
	std::unique_lock<std::shared_mutex> all(table);
	both.arrive_and_wait();
	std::lock_guard<std::mutex> mine(desk); /* here it hangs */
}

} // namespace office

int main()
{
	pid_t tids[2];
	std::counting_semaphore<2> started(0);
	char byte;

	while (read(STDIN_FILENO, &byte, 1) == 1 && byte != '\n')
		;

	auto work = [&](int i) {
		tids[i] = gettid();
		started.release();
		i ? office::tidy_desk() : office::write_table();
	};
	std::thread a(work, 0), b(work, 1);

	started.acquire();
	started.acquire();
	printf("{\"ready\": true, \"roles\": {\"main\": %d, \"a\": %d, \"b\": %d}}\n", getpid(),
	       tids[0], tids[1]);
	fflush(stdout);
	a.join();
}
