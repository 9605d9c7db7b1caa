/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two threads of a C++ program post to two ledgers and lock them in opposite order, through
 * std::scoped_lock in a member function of a template.
 */
#include <cstdio>
#include <latch>
#include <mutex>
#include <semaphore>
#include <thread>
#include <unistd.h>

namespace bank
{

static std::latch both(2);

template <typename Money> class Ledger
{
public:
	std::mutex lock;
	Money sum{};

	__attribute__((noinline)) void post(Ledger &other, Money amount)
	{
		std::lock_guard<std::mutex> mine(lock);
		both.arrive_and_wait();
		std::lock_guard<std::mutex> theirs(other.lock); /* here it hangs */
		sum += amount;
		other.sum -= amount;
	}
};

static Ledger<long> ledgers[2];

} // namespace bank

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
		bank::ledgers[i].post(bank::ledgers[!i], 7);
	};
	std::thread a(work, 0), b(work, 1);

	started.acquire();
	started.acquire();
	printf("{\"ready\": true, \"roles\": {\"main\": %d, \"a\": %d, \"b\": %d}}\n", getpid(), tids[0],
	       tids[1]);
	fflush(stdout);
	a.join();
}
