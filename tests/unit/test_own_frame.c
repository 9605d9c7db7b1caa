/* SPDX-License-Identifier: BSD-2-Clause */
#include <criterion/criterion.h>

#include <string.h>

#include "core/own_frame.h"
#include "core/stack.h"

static struct stack_frame native(const char *module, const char *function)
{
	struct stack_frame frame = { .type = FRAME_NATIVE };

	name_copy(frame.module, sizeof(frame.module), module);
	name_copy(frame.function, sizeof(frame.function), function);
	return frame;
}

static struct stack_frame python(const char *file, const char *function)
{
	struct stack_frame frame = { .type = FRAME_PYTHON };

	name_copy(frame.file, sizeof(frame.file), file);
	name_copy(frame.function, sizeof(frame.function), function);
	return frame;
}

#define OWN(...)                                                             \
	({                                                                   \
		struct stack_frame frames[] = { __VA_ARGS__ };               \
		own_frame_find(frames, sizeof(frames) / sizeof(*frames), 0); \
	})

Test(own_frame, is_behind_the_c_library)
{
	cr_expect_eq(OWN(native("libc.so.6", "futex_wait"),
			 native("libc.so.6", "pthread_mutex_lock"), native("bank", "transfer"),
			 native("bank", "main")),
		     2);
}

Test(own_frame, is_behind_the_c_library_in_a_static_program)
{
	cr_expect_eq(OWN(native("bank", "__lll_lock_wait"), native("bank", "pthread_mutex_lock"),
			 native("bank", "transfer")),
		     2);
	cr_expect_eq(OWN(native("bank", "read"), native("bank", "read_ledger")), 1);
}

Test(own_frame, is_behind_what_python_calls_libraries_through)
{
	cr_expect_eq(
		OWN(native("libc.so.6", "pause"), native("libffi.so.8", "ffi_call_unix64"),
		    native("_ctypes.cpython-311-x86_64-linux-gnu.so", "_call_function_pointer"),
		    native("libpython3.11.so.1.0", "_PyObject_Vectorcall"),
		    python("/srv/till.py", "wait")),
		4);
	cr_expect_eq(OWN(native("libc.so.6", "epoll_wait"),
			 native("select.cpython-311-x86_64-linux-gnu.so", "select_epoll_poll_impl"),
			 python("/usr/lib/python3.11/selectors.py", "EpollSelector.select"),
			 python("/srv/till.py", "serve")),
		     3);
}

Test(own_frame, is_in_the_library_that_python_calls)
{
	cr_expect_eq(OWN(native("libc.so.6", "pthread_mutex_lock"), native("libtill.so", "take"),
			 native("libffi.so.8", "ffi_call_unix64"), python("/srv/till.py", "wait")),
		     1);
	cr_expect_eq(OWN(native("libc.so.6", "pthread_mutex_lock"),
			 native("_till.cpython-311-x86_64-linux-gnu.so", "take"),
			 python("/srv/till.py", "wait")),
		     1);
}

Test(own_frame, is_behind_the_libraries_of_cxx_and_rust)
{
	cr_expect_eq(OWN(native("libc.so.6", "pthread_mutex_lock"),
			 native("bank", "__gthread_mutex_lock"),
			 native("bank", "std::mutex::lock()"), native("bank", "bank::transfer()")),
		     3);
	cr_expect_eq(OWN(native("bank", "std::sys::unix::futex::futex_wait"),
			 native("bank", "<std::sync::Mutex<T>>::lock"),
			 native("bank", "bank::transfer")),
		     2);
}

Test(own_frame, is_in_a_file_of_ones_own_not_of_pythons_library)
{
	cr_expect_eq(OWN(native("libc.so.6", "sem_wait"), native("python3.11", "PyEval"),
			 python("/usr/lib/python3.11/threading.py", "wait"),
			 python("/home/me/transfer.py", "task")),
		     3);
}

Test(own_frame, may_be_in_an_installed_package)
{
	cr_expect_eq(OWN(python("/usr/lib/python3/dist-packages/bank.py", "transfer")), 0);
}

Test(own_frame, may_have_a_module_only)
{
	cr_expect_eq(OWN(native("libc.so.6", "read"), native("bank", ""), native("bank", "")), 1);
}

Test(own_frame, is_none_where_all_is_machinery_or_unknown)
{
	cr_expect_eq(OWN(native("libc.so.6", "read"), native("libc.so.6", "start_thread")), 2);
	cr_expect_eq(OWN(native("", "")), 1);
	cr_expect_eq(own_frame_find(NULL, 0, 0), 0);
}

Test(own_frame, may_be_asked_for_from_the_last_one_on)
{
	struct stack_frame frames[] = { native("bank", "transfer"), native("libc.so.6", "qsort"),
					native("bank", "main") };

	cr_expect_eq(own_frame_find(frames, 3, 1), 2);
}
