/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's types as far as the BPF programs use them. Made by `make vmlinux`
 * (vmlinux/trim.py) from the kernel's BTF: do not edit, see vmlinux/types.txt.
 */
#ifndef __VMLINUX_H__
#define __VMLINUX_H__

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

typedef unsigned char __u8;
typedef short unsigned int __u16;
typedef unsigned int __u32;
typedef long long unsigned int __u64;
typedef signed char __s8;
typedef short int __s16;
typedef int __s32;
typedef long long int __s64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u32 __wsum;
typedef _Bool bool;
typedef struct {
	int counter;
} atomic_t;
typedef __s64 s64;
typedef struct {
	s64 counter;
} atomic64_t;
typedef atomic64_t atomic_long_t;
typedef struct {
	long unsigned int sig[1];
} sigset_t;
typedef unsigned int __kernel_uid32_t;
typedef __kernel_uid32_t uid_t;
typedef struct {
	uid_t val;
} kuid_t;

enum bpf_map_type {
	BPF_MAP_TYPE_HASH = 1,
	BPF_MAP_TYPE_PERCPU_ARRAY = 6,
	BPF_MAP_TYPE_RINGBUF = 27,
	BPF_MAP_TYPE_TASK_STORAGE = 29,
};

enum {
	BPF_LOCAL_STORAGE_GET_F_CREATE = 1,
	false = 0,
	true = 1,
};

struct list_head {
	struct list_head *next;
};

struct hlist_head {
	struct hlist_node *first;
};

typedef __u64 u64;

struct bpf_iter_meta {
	struct seq_file *seq;
	u64 seq_num;
};

struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
};

typedef __u32 u32;

struct bpf_iter__task_file {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
	u32 fd;
	struct file *file;
};

struct bpf_iter__task_vma {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
	struct vm_area_struct *vma;
};

struct thread_info {
	long unsigned int flags;
};

struct sched_entity {
	u64 sum_exec_runtime;
	u64 prev_sum_exec_runtime;
};

struct sched_info {
	long long unsigned int last_arrival;
};

typedef int __kernel_pid_t;
typedef __kernel_pid_t pid_t;

struct sigpending {
	sigset_t signal;
};

struct thread_struct {
	struct {
		long unsigned int tp_value;
	} uw;
};

struct task_struct {
	struct thread_info thread_info;
	unsigned int __state;
	unsigned int flags;
	unsigned int ptrace;
	int on_rq;
	struct sched_entity se;
	unsigned int policy;
	struct sched_info sched_info;
	struct mm_struct *mm;
	int exit_state;
	int exit_code;
	long unsigned int jobctl;
	unsigned int frozen : 1;
	pid_t pid;
	pid_t tgid;
	struct task_struct *real_parent;
	struct task_struct *parent;
	struct task_struct *group_leader;
	struct list_head ptraced;
	struct pid *thread_pid;
	void *clear_child_tid;
	long unsigned int nvcsw;
	long unsigned int nivcsw;
	u64 start_time;
	u64 start_boottime;
	struct cred *cred;
	char comm[16];
	struct files_struct *files;
	struct io_uring_task *io_uring;
	struct nsproxy *nsproxy;
	struct signal_struct *signal;
	struct sighand_struct *sighand;
	sigset_t blocked;
	struct sigpending pending;
	struct thread_struct thread;
};

struct cred {
	kuid_t uid;
};

struct upid {
	int nr;
	struct pid_namespace *ns;
};

struct pid {
	unsigned int level;
	struct upid numbers[0];
};

struct ns_common {
	unsigned int inum;
};

struct pid_namespace {
	struct ns_common ns;
};

struct nsproxy {
	struct pid_namespace *pid_ns_for_children;
};

struct mm_struct {
	atomic_t mm_users;
	struct kioctx_table *ioctx_table;
};

struct files_struct {
	atomic_t count;
};

typedef __u8 u8;

struct hrtimer {
	u8 state;
};

struct posix_cputimers {
	unsigned int timers_active;
};

struct signal_struct {
	int nr_threads;
	struct sigpending shared_pending;
	int group_exit_code;
	struct task_struct *group_exec_task;
	unsigned int flags;
	struct core_state *core_state;
	unsigned int is_child_subreaper : 1;
	struct hrtimer real_timer;
	struct posix_cputimers posix_cputimers;
};

typedef void *__sighandler_t;

struct sigaction {
	__sighandler_t sa_handler;
};

struct k_sigaction {
	struct sigaction sa;
};

struct sighand_struct {
	struct k_sigaction action[64];
};

struct vm_area_struct {
	long unsigned int vm_start;
	long unsigned int vm_end;
	struct mm_struct *vm_mm;
	long unsigned int vm_flags;
	struct anon_vma *anon_vma;
	long unsigned int vm_pgoff;
	struct file *vm_file;
};

struct path {
	struct dentry *dentry;
};

typedef unsigned int fmode_t;

struct file {
	struct path f_path;
	struct inode *f_inode;
	void *private_data;
	unsigned int f_flags;
	fmode_t f_mode;
};

struct lockref {
	int count;
};

struct dentry {
	struct lockref d_lockref;
};

typedef short unsigned int umode_t;
typedef u32 __kernel_dev_t;
typedef __kernel_dev_t dev_t;

struct inode {
	umode_t i_mode;
	struct super_block *i_sb;
	struct address_space *i_mapping;
	long unsigned int i_ino;
	unsigned int i_nlink;
	dev_t i_rdev;
	atomic_t i_count;
	struct pipe_inode_info *i_pipe;
};

struct super_block {
	dev_t s_dev;
	long unsigned int s_magic;
};

struct address_space {
	atomic_t i_mmap_writable;
};

struct pipe_inode_info {
	unsigned int head;
	unsigned int tail;
	unsigned int max_usage;
	unsigned int readers;
	unsigned int writers;
};

struct socket {
	struct file *file;
	struct sock *sk;
};

typedef struct {
	struct net *net;
} possible_net_t;

struct in6_addr {
	union {
		__u8 u6_addr8[16];
		__be16 u6_addr16[8];
		__be32 u6_addr32[4];
	} in6_u;
};

struct sock_common {
	__be32 skc_daddr;
	__be32 skc_rcv_saddr;
	__be16 skc_dport;
	__u16 skc_num;
	short unsigned int skc_family;
	unsigned char skc_state;
	possible_net_t skc_net;
	struct in6_addr skc_v6_daddr;
	struct in6_addr skc_v6_rcv_saddr;
	long unsigned int skc_flags;
};

struct sk_buff_head {
	__u32 qlen;
};

struct refcount_struct {
	atomic_t refs;
};

typedef struct refcount_struct refcount_t;
typedef __u16 u16;

struct sock {
	struct sock_common __sk_common;
	struct sk_buff_head sk_receive_queue;
	int sk_sndbuf;
	int sk_wmem_queued;
	refcount_t sk_wmem_alloc;
	long int sk_sndtimeo;
	u16 sk_type;
	int sk_err;
	u32 sk_ack_backlog;
	u32 sk_max_ack_backlog;
	long int sk_rcvtimeo;
	u8 sk_shutdown;
	struct socket *sk_socket;
	void *sk_user_data;
};

struct net {
	struct ns_common ns;
};

struct unix_sock {
	struct unix_address *addr;
	struct sock *peer;
};

struct inet_connection_sock {
	u32 icsk_user_timeout;
};

struct tcp_sock {
	struct inet_connection_sock inet_conn;
	u32 rcv_nxt;
	u32 copied_seq;
	u32 snd_una;
	u32 write_seq;
	u32 snd_nxt;
	u32 snd_wnd;
	u32 packets_out;
};

struct user_pt_regs {
	__u64 regs[31];
	__u64 sp;
	__u64 pc;
};

typedef __s32 s32;

struct pt_regs {
	struct user_pt_regs user_regs;
	u64 orig_x0;
	s32 syscallno;
};

#pragma clang attribute pop

#endif /* __VMLINUX_H__ */
