/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The records that cross from the kernel side to user space. The only header
 * that both sides include, so: fixed-width types, no padding, sizes asserted.
 * Kernel pointers appear only as opaque ids that are compared, never printed.
 */
#ifndef DLTRACE_EVENT_H
#define DLTRACE_EVENT_H

#ifndef __VMLINUX_H__
#include <linux/types.h>
#endif

#define TASK_NAME_LEN 16
#define CALL_ARGS     6
#define CALL_OTHER    0x10000 /* a 32-bit call that no 64-bit one is like */
/* Bytes of the object waited on: a glibc mutex is 40 bytes on x86-64 (pthreadtypes-arch.h). */
#define OBJECT_LEN 40

/* What the look saw of a task. Several may be set. */
enum task_flag {
	TASK_SLEEPING = 1 << 0, /* state is interruptible or uninterruptible */
	TASK_UNINTERRUPTIBLE = 1 << 1,
	TASK_DEAD = 1 << 2,	  /* zombie or being reaped: exit_state is set */
	TASK_EXITING = 1 << 3,	  /* on its way out, a fatal signal pending, or dumping core */
	TASK_STOPPED = 1 << 4,	  /* job control stop */
	TASK_TRACED = 1 << 5,	  /* stopped by or attached to a tracer */
	TASK_FROZEN = 1 << 6,	  /* by a cgroup freezer, or about to be */
	TASK_SIGPENDING = 1 << 7, /* a signal that it does not block is pending */
	TASK_KTHREAD = 1 << 8,
	TASK_ASYNC_IO = 1 << 9,	  /* has io_uring or AIO contexts of its own */
	TASK_TIMER = 1 << 10,	  /* its process has an armed itimer or POSIX timer */
	TASK_TRACER = 1 << 11,	  /* traces others */
	TASK_COMPAT = 1 << 12,	  /* in a 32-bit system call */
	TASK_FROM_PROC = 1 << 13, /* the iterator hides it; known from /proc only */
	TASK_IO_WORKER = 1 << 14,
	TASK_SUBREAPER = 1 << 15, /* its process is given the orphans among its descendants */
	TASK_EXECED = 1 << 16,	  /* it called execve(): its memory is no copy of another's */
};

/* Why the object's bytes are or are not there, and what they are mapped from. */
enum object_flag {
	OBJECT_READ = 1 << 0,	/* bytes are valid */
	OBJECT_MAPPED = 1 << 1, /* a mapping was found; the object_* fields are valid */
	OBJECT_SHARED = 1 << 2, /* VM_MAYSHARE: others may map the same memory */
	OBJECT_FILE = 1 << 3, /* the mapping has a file (also tmpfs and shared anonymous memory) */
	OBJECT_BUSY = 1 << 4, /* the address space was locked: look again */
	OBJECT_DENIED = 1 << 5, /* a file system on which a read may hang: never touched */
	OBJECT_FAULT = 1 << 6,	/* the copy failed */
	OBJECT_CUT = 1 << 7,	/* readable memory ends before OBJECT_LEN: the rest is 0 */
};

/* A lock of the kernel's own for which a task sleeps in its call. */
enum blocker_kind {
	BLOCKER_NONE, /* or this kernel does not tell */
	BLOCKER_MUTEX,
	BLOCKER_SEMAPHORE,
	BLOCKER_RWSEM_READ,
	BLOCKER_RWSEM_WRITE,
	BLOCKER_KINDS,
};

/*
 * One task as the look found it. Times: start_ns is CLOCK_BOOTTIME and, with
 * tid, the task's identity; slept_ns is CLOCK_MONOTONIC.
 */
struct look_task {
	__u64 start_ns;
	__u64 switches; /* voluntary and involuntary: unchanged means it did not run */
	__u64 slept_ns; /* when it was last switched out; valid if sleeping */
	__u64 args[CALL_ARGS];
	__u64 sp;	      /* user stack pointer at the call */
	__u64 ip;	      /* where the call returns to; 0: not known */
	__u64 thread_pointer; /* pthread_self() where the ABI has it so (x86-64: fs base) */
	__u64 clear_child_tid;
	__u64 mm;     /* id of the address space; 0: none */
	__u64 files;  /* id of the descriptor table; 0: none */
	__u64 caught; /* bit n-1: signal n has a handler */
	__u64 blocked_signals;
	__u64 blocker; /* id of the kernel's lock that it sleeps for; 0: none */
	__u64 object_inode;
	__u64 object_offset; /* of the address, in the mapped file, bytes */
	__u64 pid_ns;	     /* inode number of its PID namespace */
	__u32 object_dev;    /* kernel's dev_t of the mapped file's file system */
	__u32 object_flags;  /* enum object_flag */
	__u32 object_nlink;
	__u32 flags; /* enum task_flag */
	__u32 tid;
	__u32 pid;  /* thread group */
	__u32 ppid; /* thread group of the real parent */
	__u32 uid;
	__s32 call;	/* system call, by its 64-bit number; CALL_OTHER; -1: not in one */
	__u32 ns_level; /* 0: the initial PID namespace */
	__u32 ns_tid;	/* tid in its own namespace; 0: nested too deeply to tell */
	__u32 ns_pid;
	__u32 mm_users;
	__u32 files_users;
	__u32 threads;	     /* of its process, alive or zombie leader */
	__u32 exit_code;     /* as wait4 would report it; valid if dead */
	__u32 tracer;	     /* process that traces it; 0: none */
	__u32 stop_signal;   /* of the job control stop that it is in; 0: none, or not known */
	__u32 blocker_kind;  /* enum blocker_kind */
	__u32 blocker_owner; /* tid of whoever holds that lock alone; 0: nobody does, or unknown */
	__u8 object[OBJECT_LEN];
	char name[TASK_NAME_LEN]; /* comm: any bytes but NUL */
};

_Static_assert(sizeof(struct look_task) == 304, "look_task has padding");

/*
 * The user registers of a task that sleeps, in the order in which DWARF numbers them. x86-64
 * (psABI, figure 3.36): ax dx cx bx si di bp sp r8 ... r15 ip; arm64 (AADWARF64, 4.1): x0 ... x30
 * sp, and behind them pc.
 */
#define TASK_REGS 33

struct task_regs {
	__u64 start_ns; /* as in struct look_task: whose they are ... */
	__u64 switches; /* ... and that it has not run since */
	__u32 tid;
	__u32 pid;
	__u64 regs[TASK_REGS];
};

_Static_assert(sizeof(struct task_regs) == 288, "task_regs has padding");

/* Live events, through the ring buffer. */
enum event_type {
	EVENT_WAIT = 1,	   /* a wait has outlasted the threshold */
	EVENT_WAKE,	   /* such a wait has ended */
	EVENT_EXIT,	   /* a task ended */
	EVENT_FORK,	   /* a process came to be; its first task is meant */
	EVENT_EXEC,	   /* a process runs another program; name is the new one */
	EVENT_SEMOP,	   /* one operation of a semop or semtimedop that succeeded */
	EVENT_SEM_ACQUIRE, /* the task took a unit of a sem_t */
	EVENT_SEM_POST,	   /* the task is about to give a unit to a sem_t */
	EVENT_TYPES,
};

struct event {
	__u64 time_ns;	/* CLOCK_MONOTONIC: the wait's start; of all others, when it happened */
	__u64 start_ns; /* the task's start_boottime */
	/*
	 * EXIT: when the task began, CLOCK_MONOTONIC; FORK: the parent's start_ns; SEMOP: semid;
	 * SEM_*: address of the sem_t
	 */
	__u64 object;
	__u32 type; /* enum event_type */
	__u32 tid;
	__u32 pid;
	__s32 call;	 /* WAIT, WAKE and SEMOP */
	__u32 exit_code; /* EXIT: as wait4 would report it */
	__u32 index;	 /* FORK: the parent's tid; SEMOP: number of the semaphore in its set */
	__s32 units;	 /* SEMOP: given back if above 0, else taken */
	__u32 reserved;
	char name[TASK_NAME_LEN];
};

_Static_assert(sizeof(struct event) == 72, "event has padding");

/*
 * What the kernel side could not tell, counted by reason. Below EVENT_TYPES: events
 * of that type that did not fit into the ring buffer.
 */
enum loss {
	LOSS_STORAGE = EVENT_TYPES, /* a task's waits are not followed: no memory for them */
	LOSS_MEMORY,		    /* a call's operations in user memory could not be read */
	LOSS_MANY,		    /* operations of one semop beyond the first few */
	LOSSES,
};

/* Whom the kernel side notes as the last to have woken somebody at a futex. */
struct waker_key {
	__u64 mm; /* id of the waker's address space */
	__u64 address;
};

struct waker {
	__u64 time_ns; /* CLOCK_MONOTONIC */
	__u64 start_ns;
	__u32 tid;
	__u32 pid;
	char name[TASK_NAME_LEN];
};

_Static_assert(sizeof(struct waker) == 40, "waker has padding");

/* The calls whose waits are summed, each apart. */
enum wait_call {
	WAIT_CALL_FUTEX,
	WAIT_CALL_WAIT4,
	WAIT_CALL_WAITID,
	WAIT_CALL_SEMOP,
	WAIT_CALLS,
};

/*
 * How long waits took that have ended: bucket i counts those of at most 4^i
 * microseconds that no lower bucket counts, the last one also all longer ones.
 */
#define WAIT_BUCKETS 17

struct wait_durations {
	__u64 buckets[WAIT_BUCKETS];
	__u64 sum_ns;
};

/* One open descriptor, as the files pass streams it. */
enum file_kind {
	FILE_OTHER,
	FILE_PIPE,
	FILE_SOCKET,
	FILE_TERMINAL,
	FILE_DEVICE,
	FILE_REGULAR,
	FILE_PIDFD,
	FILE_EVENTFD,
	FILE_EPOLL,
	FILE_TIMERFD,
	FILE_SIGNALFD,
	FILE_INOTIFY,
	FILE_FIFO, /* a pipe with a path: anybody may open it */
	FILE_KINDS,
};

struct open_file {
	__u64 description; /* id of the open file description */
	__u64 table;	   /* id of the descriptor table that it was found in */
	__u64 inode;
	__u32 dev;
	__u32 pid;
	__s32 fd;
	__u32 kind;    /* enum file_kind */
	__u32 mode;    /* 1: open for reading, 2: for writing */
	__u32 flags;   /* O_NONBLOCK and the like */
	__u32 refs;    /* references to the description, without the pass's own */
	__u32 readers; /* pipes: descriptions open for reading */
	__u32 writers;
	__u32 used;   /* pipes: buffers that hold data; eventfd: 0: counter is 0, 2: full, else 1 */
	__u32 size;   /* pipes: buffers there are; eventfd: 2, 0: counter unknown */
	__u32 target; /* pidfd: the process; eventfd: its id; else 0 */
	__u32 users;  /* eventfd: references to its counter, one is the description's; 0: unknown */
	__u32 reserved;
};

_Static_assert(sizeof(struct open_file) == 80, "open_file has padding");

/* What is known of a socket, beside that it has holders. */
enum socket_flag {
	SOCKET_LISTENING = 1 << 0,
	SOCKET_CONNECTED = 1 << 1, /* there is a peer, wherever it is */
	SOCKET_WAITING =
		1 << 2,	       /* the peer is not accepted yet: it has no socket, only a listener */
	SOCKET_NAMED = 1 << 3, /* strangers may find it: bound, or in a network */
	SOCKET_MUTUAL = 1 << 4,	   /* the peer is connected to this socket */
	SOCKET_ENDED = 1 << 5,	   /* shut down on one side, or with an error to report */
	SOCKET_IN_KERNEL = 1 << 6, /* the kernel itself uses it */
	SOCKET_KEPT_ALIVE = 1 << 7,
	SOCKET_USER_TIMEOUT = 1 << 8, /* unacknowledged data ends the connection after a while */
	SOCKET_TIMES_KNOWN = 1 << 9,  /* the next two are to be believed */
	SOCKET_READ_TIMED = 1 << 10,
	SOCKET_WRITE_TIMED = 1 << 11,
	/* TCP: there is more to send, nothing is under way, and the peer has no room for it */
	SOCKET_WINDOW_SHUT = 1 << 12,
};

/* One descriptor of a socket, as the sockets pass streams it. */
struct socket_state {
	__u64 inode;
	__u64 peer;	 /* inode of the peer, or of its listener; 0: unknown */
	__u64 name;	 /* unix: id of the name it is bound to; 0: none */
	__u64 peer_name; /* unix: the same of the peer */
	__u64 local[2];	 /* address in the network's byte order */
	__u64 remote[2];
	__u32 local_port;
	__u32 remote_port;
	__u32 net; /* inode number of its network namespace */
	__u32 family;
	__u32 type;
	__u32 flags;	    /* enum socket_flag */
	__u32 queued;	    /* to be read: packets; TCP: bytes; of a listener connections */
	__u32 written;	    /* bytes that were written and not read, as the sender is charged */
	__u32 room;	    /* how many of them there may be */
	__u32 peer_queued;  /* packets that the peer has not read */
	__u32 peer_backlog; /* how many there may be */
	__u32 on_the_way;   /* TCP: bytes that were sent and not acknowledged */
};

_Static_assert(sizeof(struct socket_state) == 112, "socket_state has padding");

/* One file that an epoll instance watches: a line of its fdinfo (fs/eventpoll.c). */
struct epoll_target {
	__u64 inode;
	__u32 dev;
	__s32 fd;      /* the number by which it was added, in whichever process that was */
	__u32 events;  /* EPOLLIN and the like, and how it is watched */
	__u32 is_file; /* 1: the descriptor of that number in the asked process is that file */
};

_Static_assert(sizeof(struct epoll_target) == 24, "epoll_target has padding");

/* One mapping, as the mappings pass streams it. */
enum mapping_flag {
	MAPPING_SHARED = 1 << 0, /* and opened for writing, where the kernel side says it */
	MAPPING_WRITE = 1 << 1,
	MAPPING_READ = 1 << 2,
	MAPPING_FILE = 1 << 3,
	MAPPING_DENIED = 1 << 4, /* a file system on which a read may hang */
	MAPPING_STACK = 1 << 5,
	MAPPING_ANON = 1 << 6, /* has private pages */
	MAPPING_EXEC = 1 << 7,
	MAPPING_HEAP = 1 << 8, /* brk heap */
	MAPPING_UFFD = 1 << 9, /* registered with userfaultfd */
	MAPPING_BSS = 1 << 10, /* right behind a file's mapping: static variables that are zero */
};

struct mapping {
	__u64 start;
	__u64 end;
	__u64 offset; /* of start in the file, bytes */
	__u64 inode;
	__u64 mm;
	__u64 description; /* id of the open file description behind it; 0: unknown */
	__u64 dentry;	   /* id of the name, be it deleted, by which that was opened */
	__u32 dev;
	__u32 pid;
	__u32 flags; /* enum mapping_flag */
	__u32 nlink;
	__u32 writable_mappings; /* i_mmap_writable of the file: shared writable mappings */
	__u32 refs;		 /* references to the description */
	__u32 dentry_refs; /* to the name: one for each description, and one while it is there */
	__u32 inode_refs;  /* to the file: one for each name in use */
};

_Static_assert(sizeof(struct mapping) == 88, "mapping has padding");

#endif /* DLTRACE_EVENT_H */
