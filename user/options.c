/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * argp finds the options and writes the help; what they mean is in two tables:
 * settings (option, type of its value, field) and, in options_rules.c, what goes
 * with what. argp's own messages take two lines, so ours replace them.
 */
#include "options.h"

#include <argp.h>
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "duration.h"

#ifndef DLTRACE_VERSION
#define DLTRACE_VERSION "unknown"
#endif

/* Keys of options without a letter: above all letters. */
enum key {
	KEY_ALL = 256,
	KEY_REPLAY,
	KEY_FEATURES,
	KEY_MIN_WAIT,
	KEY_INTERVAL,
	KEY_DURATION,
	KEY_STALLED_AFTER,
	KEY_FORMAT,
	KEY_JSON,
	KEY_TEXTFILE,
	KEY_ATTACH,
	KEY_UPROBES,
	KEY_RINGBUF_SIZE,
	KEY_SOURCE,
	KEY_ARTIFACTS,
	KEY_RECORD,
	KEY_STACKS,
	KEY_STRICT,
	KEY_KILL,
	KEY_COLOR,
	KEY_VERSION,
	KEY_HELP,
};

enum group { GROUP_WHAT = 1, GROUP_WHEN, GROUP_OUTPUT, GROUP_HOW, GROUP_COMMAND, GROUP_OTHER };

/* clang-format off */
static const struct argp_option argp_options[] = {
	{ NULL, 0, NULL, 0, "What to judge, one of:", GROUP_WHAT },
	{ NULL, 'p', "PID[,PID...]", 0, "These processes, their descendants, and whatever they wait on", GROUP_WHAT },
	{ "all", KEY_ALL, NULL, 0, "The whole system", GROUP_WHAT },
	{ "replay", KEY_REPLAY, "FILE", 0, "A recording instead of a running system; needs no privilege", GROUP_WHAT },
	{ "features", KEY_FEATURES, NULL, 0, "Print what this kernel and these privileges allow", GROUP_WHAT },
	{ NULL, 0, NULL, 0, "When:", GROUP_WHEN },
	{ "once", '1', NULL, 0, "Judge what is there now, print, exit", GROUP_WHEN },
	{ "min-wait", KEY_MIN_WAIT, "DURATION", 0, "A younger wait is never part of a verdict (1s)", GROUP_WHEN },
	{ "interval", KEY_INTERVAL, "DURATION", 0, "Time between two looks at the system (1s)", GROUP_WHEN },
	{ "duration", KEY_DURATION, "DURATION", 0, "Stop watching after this long", GROUP_WHEN },
	{ "stalled-after", KEY_STALLED_AFTER, "DURATION", 0, "With --all, also show what only bystanders keep from being a deadlock for this long (10m)", GROUP_WHEN },
	{ NULL, 0, NULL, 0, "Findings:", GROUP_OUTPUT },
	{ "format", KEY_FORMAT, "FORM", 0, "text, json, dot or html (text)", GROUP_OUTPUT },
	{ "json", KEY_JSON, NULL, 0, "The same as --format json", GROUP_OUTPUT },
	{ NULL, 'o', "FILE", 0, "Findings to FILE instead of standard output", GROUP_OUTPUT },
	{ "textfile", KEY_TEXTFILE, "FILE", 0, "Keep FILE up to date as a Prometheus textfile", GROUP_OUTPUT },
	{ "record", KEY_RECORD, "FILE", 0, "Also write all that the verdicts are made from", GROUP_OUTPUT },
	{ "stacks", KEY_STACKS, "WHICH", 0, "all, native, python or none (all)", GROUP_OUTPUT },
	{ "strict", KEY_STRICT, NULL, 0, "Status 5 if nothing was found but something could not be judged", GROUP_OUTPUT },
	{ "color", KEY_COLOR, "WHEN", 0, "auto, always or never (auto)", GROUP_OUTPUT },
	{ NULL, 0, NULL, 0, "How:", GROUP_HOW },
	{ "attach", KEY_ATTACH, "WHERE", 0, "Where live tracing attaches: auto, sleep, syscall or none (auto)", GROUP_HOW },
	{ "uprobes", KEY_UPROBES, NULL, 0, "Also trace sem_t; slows its users down", GROUP_HOW },
	{ "ringbuf-size", KEY_RINGBUF_SIZE, "BYTES", 0, "Size of the event buffer: a power of two, at least a page; K and M may follow", GROUP_HOW },
	{ "source", KEY_SOURCE, "WHICH", 0, "Where facts come from: auto, bpf or proc (auto)", GROUP_HOW },
	{ NULL, 0, NULL, 0, "With -- COMMAND, on a deadlock:", GROUP_COMMAND },
	{ "artifacts", KEY_ARTIFACTS, "DIR", 0, "JSON, HTML and a recording into DIR", GROUP_COMMAND },
	{ "kill", KEY_KILL, NULL, 0, "End the command's process group", GROUP_COMMAND },
	{ NULL, 0, NULL, 0, "Other:", GROUP_OTHER },
	{ "verbose", 'v', NULL, 0, "Say more on standard error", GROUP_OTHER },
	{ "quiet", 'q', NULL, 0, "Say nothing there but what failed", GROUP_OTHER },
	{ "version", KEY_VERSION, NULL, 0, "Print the version", GROUP_OTHER },
	{ "help", KEY_HELP, NULL, 0, "Print this", GROUP_OTHER },
	{ 0 },
};
/* clang-format on */

static const char usage[] =
	"-p PID[,PID...]\n--all\n-- COMMAND [ARG...]\n--replay FILE\n--features";
static const char doc[] =
	"Finds tasks that can never go on again: who waits for whom, through what, and how we know."
	"\v"
	"DURATION is a number with a unit: 250ms, 1.5s, 5m. Exit status: 0 nothing is deadlocked, "
	"1 dltrace could not do its work, 2 usage, 3 a deadlock was found, 4 no such process, "
	"5 with --strict: not everything could be judged. With a command: its own, or 124 a "
	"deadlock was found, 125 dltrace failed, 126 or 127 the command could not be run or found.";

/* What a setting's value is, and how it is stored. */
enum value { VALUE_FLAG, VALUE_STRING, VALUE_DURATION, VALUE_CHOICE };

static const char *const formats[] = { "text", "json", "dot", "html", NULL };
static const char *const attaches[] = { "auto", "sleep", "syscall", "none", NULL };
static const char *const sources[] = { "auto", "bpf", "proc", NULL };
static const char *const stackses[] = { "all", "native", "python", "none", NULL };
static const char *const colors[] = { "auto", "always", "never", NULL };

#define FIELD(name) offsetof(struct options, name)

static const struct setting {
	int key;
	enum value value;
	size_t field;
	const char *name;
	const char *const *choices; /* VALUE_CHOICE: in order of the enum */
} settings[] = {
	{ KEY_ALL, VALUE_FLAG, FIELD(all), "--all", NULL },
	{ KEY_FEATURES, VALUE_FLAG, FIELD(features), "--features", NULL },
	{ '1', VALUE_FLAG, FIELD(once), "--once", NULL },
	{ KEY_UPROBES, VALUE_FLAG, FIELD(uprobes), "--uprobes", NULL },
	{ KEY_STRICT, VALUE_FLAG, FIELD(strict), "--strict", NULL },
	{ KEY_KILL, VALUE_FLAG, FIELD(kill), "--kill", NULL },
	{ KEY_REPLAY, VALUE_STRING, FIELD(replay), "--replay", NULL },
	{ 'o', VALUE_STRING, FIELD(output), "-o", NULL },
	{ KEY_TEXTFILE, VALUE_STRING, FIELD(textfile), "--textfile", NULL },
	{ KEY_ARTIFACTS, VALUE_STRING, FIELD(artifacts), "--artifacts", NULL },
	{ KEY_RECORD, VALUE_STRING, FIELD(record), "--record", NULL },
	{ KEY_MIN_WAIT, VALUE_DURATION, FIELD(min_wait_ns), "--min-wait", NULL },
	{ KEY_INTERVAL, VALUE_DURATION, FIELD(interval_ns), "--interval", NULL },
	{ KEY_DURATION, VALUE_DURATION, FIELD(duration_ns), "--duration", NULL },
	{ KEY_STALLED_AFTER, VALUE_DURATION, FIELD(stalled_after_ns), "--stalled-after", NULL },
	{ KEY_FORMAT, VALUE_CHOICE, FIELD(format), "--format", formats },
	{ KEY_ATTACH, VALUE_CHOICE, FIELD(attach), "--attach", attaches },
	{ KEY_SOURCE, VALUE_CHOICE, FIELD(source), "--source", sources },
	{ KEY_STACKS, VALUE_CHOICE, FIELD(stacks), "--stacks", stackses },
	{ KEY_COLOR, VALUE_CHOICE, FIELD(color), "--color", colors },
};

enum request { REQUEST_RUN, REQUEST_HELP, REQUEST_VERSION };

struct parser {
	struct options options;
	enum request request;
	int seen; /* argv[seen] is what argp looks at next, or still */
	bool complained;
	int status;
};

/* One line on standard error, whatever bytes the arguments hold. Returns EINVAL for argp. */
__attribute__((format(printf, 2, 3))) static error_t complain(struct parser *parser,
							      const char *format, ...)
{
	char line[512];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	for (char *c = line; *c != '\0'; c++) {
		if (iscntrl((unsigned char)*c))
			*c = '?';
	}
	fprintf(stderr, "dltrace: %s\n", line);
	parser->complained = true;
	parser->status = STATUS_USAGE;
	return EINVAL;
}

/* Digits only, no sign, no space, not zero, at most max. Stops at *ret_end. */
static bool number_read(const char *text, uint64_t max, uint64_t *ret, const char **ret_end)
{
	uint64_t value = 0;

	for (; *text >= '0' && *text <= '9'; text++) {
		value = value * 10 + (uint64_t)(*text - '0');
		if (value > max)
			return false;
	}
	if (value == 0)
		return false;
	*ret = value;
	*ret_end = text;
	return true;
}

static error_t parse_pids(struct parser *parser, const char *list)
{
	struct options *options = &parser->options;
	const char *next = list;

	for (;;) {
		uint64_t pid;

		if (!number_read(next, INT32_MAX, &pid, &next) || (*next != ',' && *next != '\0'))
			return complain(
				parser,
				"-p %s: not a process id; give whole numbers above 0, separated by commas",
				list);

		uint32_t *pids = reallocarray(options->pids, options->pid_count + 1, sizeof(*pids));

		if (!pids) {
			complain(parser, "-p: out of memory");
			parser->status = STATUS_FAILED;
			return ENOMEM;
		}
		options->pids = pids;
		pids[options->pid_count++] = (uint32_t)pid;
		if (*next++ == '\0')
			return 0;
	}
}

static uint64_t suffix_factor(const char *suffix)
{
	static const struct {
		const char *suffix;
		uint64_t factor;
	} factors[] = { { "", 1 }, { "K", 1024 }, { "M", 1024 * 1024 } };

	for (size_t i = 0; i < sizeof(factors) / sizeof(factors[0]); i++) {
		if (strcmp(suffix, factors[i].suffix) == 0)
			return factors[i].factor;
	}
	return 0;
}

/* The kernel wants a power of two pages (kernel/bpf/ringbuf.c: ringbuf_map_alloc). */
static error_t parse_ringbuf_size(struct parser *parser, const char *text)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	uint64_t max = 1u << 30;
	uint64_t number = 0, size = 0;
	const char *suffix;

	if (number_read(text, max, &number, &suffix))
		size = number * suffix_factor(suffix);
	if (size < page || size > max || (size & (size - 1)) != 0)
		return complain(
			parser,
			"--ringbuf-size %s: must be a power of two from %llu to %lluM bytes, such as 512K",
			text, (unsigned long long)page, (unsigned long long)(max >> 20));
	parser->options.ringbuf_size = (uint32_t)size;
	return 0;
}

static error_t parse_choice(struct parser *parser, const struct setting *setting, const char *arg,
			    uint8_t *ret)
{
	char all[64] = "";

	for (uint8_t i = 0; setting->choices[i]; i++) {
		size_t length = strlen(all);

		if (strcmp(arg, setting->choices[i]) == 0) {
			*ret = i;
			return 0;
		}
		snprintf(all + length, sizeof(all) - length, "%s%s", i ? ", " : "",
			 setting->choices[i]);
	}
	return complain(parser, "%s %s: must be one of %s", setting->name, arg, all);
}

static error_t parse_duration(struct parser *parser, const struct setting *setting, const char *arg,
			      uint64_t *ret_ns)
{
	int err = duration_parse(arg, ret_ns);

	if (!err)
		return 0;
	if (err == -ERANGE)
		return complain(parser, "%s %s: too long", setting->name, arg);
	return complain(parser,
			"%s %s: not a duration; give a number above 0 with a unit: 250ms, 1s, 5m",
			setting->name, arg);
}

static error_t parse_string(struct parser *parser, const struct setting *setting, const char *arg,
			    const char **ret)
{
	if (*arg == '\0')
		return complain(parser, "%s: the name is empty; give a path", setting->name);
	*ret = arg;
	return 0;
}

static error_t parse_setting(struct parser *parser, const struct setting *setting, const char *arg)
{
	void *field = (char *)&parser->options + setting->field;

	switch (setting->value) {
	case VALUE_FLAG:
		*(bool *)field = true;
		return 0;
	case VALUE_STRING:
		return parse_string(parser, setting, arg, field);
	case VALUE_DURATION:
		return parse_duration(parser, setting, arg, field);
	case VALUE_CHOICE:
		return parse_choice(parser, setting, arg, field);
	}
	return ARGP_ERR_UNKNOWN;
}

/* All that follows "--". A word elsewhere is a mistake: it may be a lost option's value. */
static error_t parse_command(struct parser *parser, struct argp_state *state)
{
	char **words = state->argv + state->next;

	if (state->quoted == 0)
		return complain(parser, "'%s' is no option; a command goes behind --", words[0]);
	parser->options.command = words;
	state->next = state->argc;
	return 0;
}

static error_t parse_request(struct parser *parser, struct argp_state *state, enum request request)
{
	parser->request = request;
	state->next = state->argc;
	return 0;
}

/* Options that are more than a setting. */
static error_t parse_special(int key, char *arg, struct argp_state *state)
{
	struct parser *parser = state->input;

	switch (key) {
	case 'p':
		return parse_pids(parser, arg);
	case 'v':
		parser->options.verbosity++;
		return 0;
	case 'q':
		parser->options.verbosity = -1;
		return 0;
	case KEY_JSON:
		parser->options.format = FORMAT_JSON;
		return 0;
	case KEY_RINGBUF_SIZE:
		return parse_ringbuf_size(parser, arg);
	case KEY_HELP:
		return parse_request(parser, state, REQUEST_HELP);
	case KEY_VERSION:
		return parse_request(parser, state, REQUEST_VERSION);
	case ARGP_KEY_ARGS:
		return parse_command(parser, state);
	}
	return ARGP_ERR_UNKNOWN;
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct parser *parser = state->input;

	/* Called after a mistake, too: what it was is to be kept. */
	if (key == ARGP_KEY_ERROR || key == ARGP_KEY_FINI)
		return 0;
	parser->seen = state->next > 1 ? state->next : 1;
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		if (settings[i].key == key)
			return parse_setting(parser, &settings[i], arg);
	}
	return parse_special(key, arg, state);
}

static const struct argp argp = { argp_options, parse_option, usage, doc, NULL, NULL, NULL };

/* Says why argp did not take argv[seen]. It does not tell, so look again at its table. */
static void complain_unparsed(struct parser *parser, const char *word)
{
	const char *name = word + 2;
	size_t length = strcspn(name, "=");
	int matches = 0;
	bool takes_value = false;

	if (strncmp(word, "--", 2) != 0) {
		const char *letter = strchr("po", word[strlen(word) - 1]);

		complain(parser,
			 letter ? "%s: its value is missing; see dltrace --help"
				: "%s: unknown option; see dltrace --help",
			 word);
		return;
	}
	for (const struct argp_option *o = argp_options; o->name || o->key || o->group; o++) {
		if (!o->name || strncmp(o->name, name, length) != 0)
			continue;
		takes_value = o->arg != NULL;
		matches++;
		if (strlen(o->name) == length) {
			matches = 1;
			break;
		}
	}
	if (matches == 0)
		complain(parser, "%s: unknown option; see dltrace --help", word);
	else if (matches > 1)
		complain(parser, "%s: may be several options; write it out", word);
	else if (takes_value)
		complain(parser, "%s: its value is missing; see dltrace --help", word);
	else
		complain(parser, "%s: takes no value; leave out what follows the =", word);
}

/* Fills parser from argv. False if there is nothing to run: said, or to be said by request. */
static bool parser_run(struct parser *parser, int argc, char **argv)
{
	/* In order, so that no word is mistaken for a command's only because "--" came later. */
	unsigned int flags = ARGP_IN_ORDER | ARGP_NO_ERRS | ARGP_NO_EXIT | ARGP_NO_HELP;
	error_t err = argp_parse(&argp, argc, argv, flags, NULL, parser);

	if (err && !parser->complained)
		complain_unparsed(parser, argv[parser->seen < argc ? parser->seen : argc - 1]);
	if (err || parser->request != REQUEST_RUN)
		return false;

	const char *broken = options_check(&parser->options);

	if (broken)
		complain(parser, "%s", broken);
	return !broken;
}

int options_parse(int argc, char **argv, struct options *ret, int *ret_status)
{
	char name[] = "dltrace";
	struct parser parser = {
		.options = { .min_wait_ns = 1000000000, .interval_ns = 1000000000, .stalled_after_ns = 600000000000 },
		.seen = 1,
	};

	if (parser_run(&parser, argc, argv)) {
		*ret = parser.options;
		return 0;
	}
	if (parser.request == REQUEST_HELP && !parser.complained)
		argp_help(&argp, stdout, ARGP_HELP_SHORT_USAGE | ARGP_HELP_LONG | ARGP_HELP_DOC,
			  name);
	if (parser.request == REQUEST_VERSION && !parser.complained)
		puts("dltrace " DLTRACE_VERSION);
	options_deinit(&parser.options);
	*ret_status = parser.status;
	return -ECANCELED;
}

void options_deinit(struct options *options)
{
	free(options->pids);
	options->pids = NULL;
	options->pid_count = 0;
}
