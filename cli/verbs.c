/* SPDX-License-Identifier: MIT */

/* The table of verbs, in the order in which a newcomer needs them. */

#include "cli/verb.h"

#include <stdint.h>
#include <string.h>

#include "base/suggest.h"
#include "compiler/emit/emit.h"

static const char *const diagnostic_formats[] = {"text", "json", "names", NULL};
static const char *const result_formats[] = {"text", "json", NULL};
static const char *const schema_formats[] = {"json", "markdown", "mdoc", NULL};
static const char *const help_formats[] = {"text", "mdoc", "bash", NULL};
static const char *const color_times[] = {"auto", "always", "never", NULL};

// clang-format off

#define OPTION_COLOR                                                                   \
	{ .name = "color", .argument = "WHEN", .values = color_times,                  \
	  .help = "Colour in diagnostics. auto: on a terminal, unless NO_COLOR is set." }
#define OPTION_STRICT                                                                  \
	{ .name = "strict", .help = "Treat warnings as errors." }

static const struct verb_option check_options[] = {
	{ .name = "format", .argument = "FORMAT", .values = diagnostic_formats,
	  .help = "text: diagnostics on standard error. json: on standard output. "
		  "names: only the names of all nodes, one per line." },
	OPTION_STRICT,
	OPTION_COLOR,
};

static const struct verb_option compile_options[] = {
	{ .name = "output", .letter = 'o', .argument = "DIR", .is_required = true,
	  .help = "Folder for the artifacts. Made where it does not exist." },
	{ .name = "host", .argument = "NAME",
	  .help = "Only the artifacts of this host. The others stay as they are." },
	{ .name = "formats", .argument = "LIST", .values = emitter_names, .is_list = true,
	  .help = "Only these formats, separated by commas." },
	{ .name = "locked",
	  .help = "Fail rather than change the lock: for CI." },
	OPTION_STRICT,
	{ .name = "force",
	  .help = "Replace and remove artifacts that were edited by hand." },
	{ .name = "format", .argument = "FORMAT", .values = result_formats,
	  .help = "How to print the result." },
	OPTION_COLOR,
};

static const struct verb_option explain_options[] = {
	{ .name = "rule", .argument = "SLUG", .is_alternative = true,
	  .help = "Teach one rule of the diagnostics: what it is about, and why." },
	{ .name = "format", .argument = "FORMAT", .values = result_formats,
	  .help = "How to print the explanation of a pair." },
	OPTION_COLOR,
};

static const struct verb_option lab_options[] = {
	{ .name = "keep",
	  .help = "Leave the network up after the report, until interrupted, to look around." },
	{ .name = "thorough",
	  .help = "Send in both directions after a time of silence, not in one." },
	{ .name = "dir", .argument = "DIR",
	  .help = "For shell: the lab of this folder. Default: the newest that is kept up." },
	{ .name = "format", .argument = "FORMAT", .values = result_formats,
	  .help = "How to print the report." },
};

static const struct verb_option schema_options[] = {
	{ .name = "format", .argument = "FORMAT", .values = schema_formats,
	  .help = "json: JSON Schema 2020-12. markdown, mdoc: the reference for people." },
};

static const struct verb_option help_options[] = {
	{ .name = "format", .argument = "FORMAT", .values = help_formats,
	  .help = "text: to read. mdoc: the man page. bash: the completion script." },
};

#define OPTIONS(table) .options = (table), .n_options = sizeof(table) / sizeof((table)[0])
#define OPERANDS(minimum, maximum) .n_operands_min = (minimum), .n_operands_max = (maximum)

const struct verb verbs[] = {
	{ .name = "init", .arguments = "[FILE]", .run = run_init, OPERANDS(0, 1),
	  .summary = "write a commented starter topology",
	  .description = "Writes a small topology with a comment on everything in it, to FILE or to "
		"topology.yaml, and prints what to do next. A file that exists is left alone." },
	{ .name = "check", .arguments = "TOPOLOGY", .run = run_check, OPERANDS(1, 1),
	  .summary = "find every mistake in a topology",
	  .description = "Reads the topology and reports everything that is wrong with it in one run, "
		"each finding at its line, with the evidence and the fix. Nothing is written.",
	  OPTIONS(check_options) },
	{ .name = "compile", .arguments = "TOPOLOGY", .run = run_compile, OPERANDS(1, 1),
	  .summary = "check, then publish every host's configuration",
	  .description = "Checks the topology and, where it has no errors, writes the artifacts below "
		"DIR and the lock beside the topology. Each file is replaced by one rename, and only "
		"where it changed; files that no longer belong are removed. A file that was edited by "
		"hand is reported and nothing is changed, unless forced. Below DIR/hosts/NAME lies what "
		"the host NAME has below its root folder.",
	  OPTIONS(compile_options) },
	{ .name = "explain", .arguments = "TOPOLOGY A [B]", .run = run_explain, OPERANDS(0, 3),
	  .summary = "say how two nodes reach each other, and why",
	  .description = "Prints the path between the nodes A and B; for each tunnel on it the NATs "
		"and firewalls in between, the rule that decided, who sends where, and who keeps it "
		"alive; where the two have no tunnel of their own, why, and what would give them one. "
		"With A alone, lists how it reaches each of the others. A device is written "
		"user/device, at a further gateway user/device@gateway. With --rule, teaches a rule of "
		"the diagnostics by the name that stands "
		"in brackets behind each of them.",
	  OPTIONS(explain_options) },
	{ .name = "lab", .arguments = "DIR", .run = run_lab, OPERANDS(1, SIZE_MAX),
	  .summary = "rehearse the compiled network with real packets",
	  .description = "Builds the network that was compiled to DIR on this machine, out of Linux "
		"network namespaces: the sites behind emulated NATs, every host with its artifacts "
		"as they are, but for keys of the lab's own. Sends packets for every pair of hosts, "
		"one direction at a time, again after a silence longer than the NATs remember, and "
		"tries the relayed pairs without their relays. Prints what was predicted and what was "
		"seen. Nothing of it leaves the machine, and nothing is left behind. Needs root or user "
		"namespaces, ip, nft and wireguard-tools. While a lab is kept up, `wgtopo lab shell "
		"HOST` opens a shell on one of its hosts, and `wgtopo lab shell HOST -- COMMAND...` runs "
		"a command there. Exit status 1: something was not as predicted.",
	  OPTIONS(lab_options) },
	{ .name = "schema", .run = run_schema,
	  .summary = "print the topology language for editors and people",
	  .description = "Prints every key of the topology language. The JSON Schema makes editors "
		"with a YAML language server complete and check a topology: save it as "
		"topology.schema.json and begin the topology with the line "
		"`# yaml-language-server: $schema=topology.schema.json`.",
	  OPTIONS(schema_options) },
	{ .name = "help", .arguments = "[VERB]", .run = run_help, OPERANDS(0, 2),
	  .summary = "explain the program, or one verb",
	  .description = "Prints what the program does, or what VERB does and takes.",
	  OPTIONS(help_options) },
};

// clang-format on

const size_t n_verbs = sizeof(verbs) / sizeof(verbs[0]);

/* Whether `name` is `word`, or begins with it and a space. */
static bool begins_with(const char *name, const char *word)
{
	size_t length = strlen(word);

	return strncmp(name, word, length) == 0 && (name[length] == '\0' || name[length] == ' ');
}

bool verb_is_group(const char *word)
{
	for (size_t i = 0; i < n_verbs; i++) {
		if (begins_with(verbs[i].name, word) && strcmp(verbs[i].name, word) != 0)
			return true;
	}
	return false;
}

const char *verb_first_word(size_t i, size_t *ret_length)
{
	size_t length = strcspn(verbs[i].name, " ");

	*ret_length = length;
	if (i > 0 && strncmp(verbs[i - 1].name, verbs[i].name, length) == 0 &&
	    verbs[i - 1].name[length] == ' ')
		return NULL;
	return verbs[i].name;
}

const struct verb *verb_match(char *const *words, size_t n_words, size_t *ret_n_words)
{
	bool is_pair = n_words > 1 && verb_is_group(words[0]);

	*ret_n_words = is_pair ? 2 : 1;
	for (size_t i = 0; i < n_verbs; i++) {
		const char *name = verbs[i].name;

		if (!begins_with(name, words[0]))
			continue;
		name += strlen(words[0]);
		if (is_pair ? name[0] == ' ' && strcmp(name + 1, words[1]) == 0 : name[0] == '\0')
			return &verbs[i];
	}
	return NULL;
}

const char *verb_suggest(const char *name)
{
	struct suggestion suggestion = suggestion_for(name);

	for (size_t i = 0; i < n_verbs; i++)
		suggestion_offer(&suggestion, verbs[i].name);
	return suggestion.best;
}
