/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * C++'s locks. In libstdc++ each is the C library's lock and nothing else, so
 * that what has a timeout may take the same memory as such.
 */
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <new>
#include <shared_mutex>

#include "../kinds.h"
#include "language.h"

static_assert(sizeof(std::mutex) == sizeof(pthread_mutex_t));
static_assert(sizeof(std::recursive_mutex) == sizeof(pthread_mutex_t));
static_assert(sizeof(std::shared_mutex) == sizeof(pthread_rwlock_t));

enum mutex_type { DEFAULT = 0, RECURSIVE = 2 };

bool language_init(struct language_lock lock)
{
	if (lock.kind == OBJECT_MUTEX && lock.type == DEFAULT)
		new (lock.place) std::mutex;
	else if (lock.kind == OBJECT_MUTEX && lock.type == RECURSIVE)
		new (lock.place) std::recursive_mutex;
	else if (lock.kind == OBJECT_RWLOCK)
		new (lock.place) std::shared_mutex;
	else
		return false;
	return true;
}

bool language_take(struct language_lock lock, bool writes, bool timed)
{
	if (timed)
		return false;
	if (lock.kind == OBJECT_MUTEX && lock.type == DEFAULT)
		static_cast<std::mutex *>(lock.place)->lock();
	else if (lock.kind == OBJECT_MUTEX && lock.type == RECURSIVE)
		static_cast<std::recursive_mutex *>(lock.place)->lock();
	else if (lock.kind == OBJECT_RWLOCK && writes)
		static_cast<std::shared_mutex *>(lock.place)->lock();
	else if (lock.kind == OBJECT_RWLOCK)
		static_cast<std::shared_mutex *>(lock.place)->lock_shared();
	else
		return false;
	return true;
}
