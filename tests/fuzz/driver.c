/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runs a fuzz target without libFuzzer: every file of the seed corpus as it is,
 * then mutations of them until the time is up. Not guided by coverage, but it
 * needs nothing but the compiler, and finds what is shallow.
 *
 *	fuzz_replay SECONDS SEED FILE...
 *
 * SEED 0 takes one from the clock; it is printed, and the same seed makes the
 * same inputs. A failure (SIGABRT, which sanitizers raise with abort_on_error,
 * or SIGALRM: too slow) leaves its input in $FUZZ_INPUT, if that is set.
 */
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define INPUT_MAX      (1 << 16)
#define INPUT_SECONDS  10 /* an input that takes longer is a failure: SIGALRM ends the run */
#define MUTATIONS_MOST 8
#define NS_PER_S       1000000000ull

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
	size_t size;
	uint8_t bytes[INPUT_MAX];
};

struct corpus {
	struct input *inputs;
	size_t count;
};

/* xorshift64* */
static uint64_t random_next(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 0x2545f4914f6cdd1dull;
}

static size_t random_below(uint64_t *state, size_t limit)
{
	return limit ? random_next(state) % limit : 0;
}

/* Replaces `length` bytes at `at` by others, as far as there is room. */
static void input_splice(struct input *input, size_t at, size_t length, const void *bytes,
			 size_t size)
{
	if (at > input->size || length > input->size - at ||
	    input->size - length + size > INPUT_MAX)
		return;
	memmove(input->bytes + at + size, input->bytes + at + length, input->size - at - length);
	memcpy(input->bytes + at, bytes, size);
	input->size += size - length;
}

static void mutate_byte(struct input *input, uint64_t *state, const struct input *other)
{
	(void)other;
	if (input->size)
		input->bytes[random_below(state, input->size)] ^= 1u << random_below(state, 8);
}

static void mutate_remove(struct input *input, uint64_t *state, const struct input *other)
{
	size_t at = random_below(state, input->size), most = input->size - at;

	(void)other;
	input_splice(input, at, random_below(state, most < 16 ? most + 1 : 16), "", 0);
}

static void mutate_insert(struct input *input, uint64_t *state, const struct input *other)
{
	uint64_t bytes = random_next(state);

	(void)other;
	input_splice(input, random_below(state, input->size + 1), 0, &bytes,
		     1 + random_below(state, 8));
}

/* A number, or a word of the grammar, where one may stand. */
static void mutate_value(struct input *input, uint64_t *state, const struct input *other)
{
	static const char *const values[] = { "0",	    "1",   "-1",     "100",
					      "4294967295", "101", "0x7100", "18446744073709551615",
					      "sleeping",   "dead" };
	const char *value = values[random_below(state, sizeof(values) / sizeof(*values))];
	uint8_t *from = input->bytes + random_below(state, input->size);
	uint8_t *equals = memchr(from, '=', (size_t)(input->bytes + input->size - from));
	size_t length = 0, at;

	(void)other;
	if (!equals)
		return;
	at = (size_t)(equals - input->bytes) + 1;
	while (at + length < input->size && !strchr(" ,\n", input->bytes[at + length]))
		length++;
	input_splice(input, at, length, value, strlen(value));
}

/* A stretch of another input, which for text is mostly whole lines. */
static void mutate_cross(struct input *input, uint64_t *state, const struct input *other)
{
	size_t from = random_below(state, other->size);
	const uint8_t *line = memchr(other->bytes + from, '\n', other->size - from);
	size_t at = random_below(state, input->size);
	const uint8_t *here = memchr(input->bytes + at, '\n', input->size - at);
	size_t most = line ? (size_t)(other->bytes + other->size - line) : 0;

	if (line && here)
		input_splice(input, (size_t)(here - input->bytes), 0, line,
			     random_below(state, most + 1));
}

static void (*const mutations[])(struct input *, uint64_t *, const struct input *) = {
	mutate_byte, mutate_remove, mutate_insert, mutate_value, mutate_value, mutate_cross,
};

static void input_mutate(struct input *input, uint64_t *state, const struct corpus *corpus)
{
	size_t count = 1 + random_below(state, MUTATIONS_MOST);

	while (count--) {
		const struct input *other = &corpus->inputs[random_below(state, corpus->count)];

		mutations[random_below(state, sizeof(mutations) / sizeof(*mutations))](input, state,
										       other);
	}
}

/* The input at work, for the handler of the signal that ends a failed run. */
static const struct input *at_work;

static void input_keep(int number)
{
	const char *path = getenv("FUZZ_INPUT");
	int fd = path ? open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644) : -1;

	if (fd >= 0 && at_work && write(fd, at_work->bytes, at_work->size) >= 0)
		close(fd);
	signal(number, SIG_DFL);
	raise(number);
}

/* From a copy of exactly its size, so that the sanitizer sees what is read behind it. */
static void input_run(const struct input *input)
{
	uint8_t *exact = malloc(input->size ? input->size : 1);

	if (!exact)
		abort();
	memcpy(exact, input->bytes, input->size);
	at_work = input;
	alarm(INPUT_SECONDS);
	LLVMFuzzerTestOneInput(exact, input->size);
	alarm(0);
	free(exact);
}

static int corpus_read(struct corpus *corpus, char **paths, size_t count)
{
	corpus->inputs = calloc(count, sizeof(*corpus->inputs));
	for (size_t i = 0; corpus->inputs && i < count; i++) {
		struct input *input = &corpus->inputs[corpus->count++];
		FILE *file = fopen(paths[i], "re");

		if (!file) {
			perror(paths[i]);
			return -1;
		}
		input->size = fread(input->bytes, 1, INPUT_MAX, file);
		fclose(file);
	}
	return corpus->inputs ? 0 : -1;
}

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * NS_PER_S + now.tv_nsec;
}

static uint64_t corpus_mutate(const struct corpus *corpus, uint64_t seed, uint64_t until_ns)
{
	static struct input input;
	uint64_t runs = 0, state = seed;

	for (; now_ns() < until_ns; runs++) {
		const struct input *from = &corpus->inputs[random_below(&state, corpus->count)];

		memcpy(&input, from, offsetof(struct input, bytes) + from->size);
		input_mutate(&input, &state, corpus);
		input_run(&input);
	}
	return runs;
}

int main(int argc, char **argv)
{
	struct corpus corpus = { 0 };

	if (argc < 4) {
		fprintf(stderr, "usage: %s SECONDS SEED FILE...\n", argv[0]);
		return 2;
	}

	uint64_t limit_ns = strtoull(argv[1], NULL, 10) * NS_PER_S;
	uint64_t seed = strtoull(argv[2], NULL, 0);

	if (corpus_read(&corpus, argv + 3, (size_t)argc - 3))
		return 1;
	if (!seed)
		seed = now_ns() | 1;
	signal(SIGABRT, input_keep);
	signal(SIGALRM, input_keep);
	for (size_t i = 0; i < corpus.count; i++)
		input_run(&corpus.inputs[i]);
	fprintf(stderr, "%s: seed %#llx, %zu files\n", argv[0], (unsigned long long)seed,
		corpus.count);
	fprintf(stderr, "%s: %llu mutations passed\n", argv[0],
		(unsigned long long)corpus_mutate(&corpus, seed, now_ns() + limit_ns));
	free(corpus.inputs);
	return 0;
}
