// SPDX-License-Identifier: BSD-2-Clause
//
// C++'s own waits: waits SCENE [live].
//
// static     two threads initialise two statics that need each other
// mutex      two threads take two std::mutex in opposite order
// upgrade    a writer waits for a reader that waits for it to end
// atomic     two threads wait for an atomic to change
// future     two threads wait for futures that the other one promised
// cond       two threads wait for a condition variable
// semaphore  two threads acquire what nobody releases
// latch      two threads wait for a latch that lacks one
// barrier    two threads wait at a barrier of three
// slow       near miss: one thread waits for the static that another one is long about
//
// With "live" a thread sleeps that could end the wait: the near miss.
#include "hang.h"

#include <atomic>
#include <barrier>
#include <condition_variable>
#include <functional>
#include <future>
#include <latch>
#include <map>
#include <mutex>
#include <semaphore>
#include <shared_mutex>
#include <string>

static pthread_barrier_t both;

struct Slow {
	explicit Slow(const std::function<void()> &make) { make(); }
};

static void first();

static void second()
{
	static Slow slow([] {
		pthread_barrier_wait(&both);
		first();
	});
}

static void first()
{
	static Slow slow([] {
		pthread_barrier_wait(&both);
		second();
	});
}

static void long_about()
{
	static Slow slow([] {
		pthread_barrier_wait(&both);
		sleep_for_ever();
	});
}

static std::mutex left, right;
static std::shared_mutex shared;
static std::atomic<int> value{ 0 };
static std::promise<int> one, two;
static std::condition_variable condition;
static std::counting_semaphore<8> units{ 0 };
static std::latch lacking{ 3 };
static std::barrier<> meeting{ 3 };

static void take(std::mutex &mine, std::mutex &other)
{
	std::lock_guard held(mine);
	pthread_barrier_wait(&both);
	std::lock_guard also(other);
}

static void wait_cond()
{
	std::unique_lock lock(left);
	condition.wait(lock, [] { return value != 0; });
}

static void read_and_meet()
{
	std::shared_lock reading(shared);
	pthread_barrier_wait(&both);
	std::unique_lock writing(shared);
}

static void about_again()
{
	pthread_barrier_wait(&both);
	long_about();
}

using Body = std::function<void()>;

static const std::map<std::string, std::pair<Body, Body>> scenes{
	{ "static", { first, second } },
	{ "mutex", { [] { take(left, right); }, [] { take(right, left); } } },
	{ "upgrade", { read_and_meet, read_and_meet } },
	{ "atomic", { [] { value.wait(0); }, [] { value.wait(0); } } },
	{ "future",
	  { [] { two.set_value(one.get_future().get()); }, [] { one.set_value(two.get_future().get()); } } },
	{ "cond", { wait_cond, wait_cond } },
	{ "semaphore", { [] { units.acquire(); }, [] { units.acquire(); } } },
	{ "latch", { [] { lacking.arrive_and_wait(); }, [] { lacking.arrive_and_wait(); } } },
	{ "barrier", { [] { meeting.arrive_and_wait(); }, [] { meeting.arrive_and_wait(); } } },
	{ "slow", { about_again, long_about } },
};

static void *run(void *body)
{
	(*static_cast<Body *>(body))();
	return nullptr;
}

static void *work(void *)
{
	for (;;)
		usleep(20000);
}

int main(int argc, char **argv)
{
	auto scene = scenes.at(argc > 1 ? argv[1] : "static");
	pthread_t a, b, other;

	meeting_init(&both, 2, PTHREAD_PROCESS_PRIVATE);
	go();
	if (argc > 2)
		thread_new(&other, work, nullptr);
	pid_t tid_a = thread_new(&a, run, &scene.first);
	pid_t tid_b = thread_new(&b, run, &scene.second);
	ready("main", getpid(), "a", tid_a, "b", tid_b, NULL);
	pthread_join(a, nullptr);
	return 0;
}
