// SPDX-License-Identifier: BSD-2-Clause
/*
 * attach FILE PROGRAM...: loads those programs of a BPF object, attaches them, says so with one
 * line, and keeps them until its input ends.
 */
#include <bpf/libbpf.h>
#include <stdio.h>
#include <unistd.h>

static struct bpf_program *program_named(struct bpf_object *object, const char *name)
{
	struct bpf_program *program = bpf_object__find_program_by_name(object, name);

	if (!program)
		fprintf(stderr, "attach: no program %s\n", name);
	return program;
}

int main(int argc, char **argv)
{
	struct bpf_object *object = argc > 2 ? bpf_object__open(argv[1]) : NULL;
	struct bpf_program *program;
	char byte;

	if (!object)
		return 2;
	bpf_object__for_each_program (program, object)
		bpf_program__set_autoload(program, false);
	for (char **name = argv + 2; *name; name++) {
		program = program_named(object, *name);
		if (!program)
			return 2;
		bpf_program__set_autoload(program, true);
	}
	if (bpf_object__load(object))
		return 1;
	for (char **name = argv + 2; *name; name++)
		if (!bpf_program__attach(program_named(object, *name)))
			return 1;
	puts("attached");
	fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	return 0;
}
