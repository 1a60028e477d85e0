/* SPDX-License-Identifier: MIT */

/* The table of verbs, in the order in which a newcomer needs them. */

#include "cli/verb.h"

#include <stdint.h>

#include "compiler/emit/emit.h"

static const char *const check_formats[] = {"text",   "json",   "junit", "sarif",
					    "github", "gitlab", "names", NULL};
static const char *const compile_formats[] = {"text", "json", "sarif", "github", "gitlab", NULL};
static const char *const result_formats[] = {"text", "json", NULL};
static const char *const plan_formats[] = {"text", "json", "markdown", NULL};
static const char *const report_formats_known[] = {"html", "dot", "mermaid", "svg", NULL};
static const char *const schema_formats[] = {"json", "markdown", "mdoc", NULL};
static const char *const help_formats[] = {"text", "mdoc", "bash", NULL};
static const char *const color_times[] = {"auto", "always", "never", NULL};

// clang-format off

#define OPTION_COLOR                                                                   \
	{ .name = "color", .argument = "WHEN", .values = color_times,                  \
	  .help = "Colour in diagnostics. auto: on a terminal, unless NO_COLOR is set." }
#define OPTIONS_STRICT                                                                 \
	{ .name = "strict", .help = "Treat warnings as errors." },                     \
	{ .name = "allow", .argument = "RULES",                                      \
	  .help = "With --strict: let warnings of these rules pass, separated by commas." }

#define OPTION_AS_OF                                                                   \
	{ .name = "as-of", .argument = "DATE",                                         \
	  .help = "The day, YYYY-MM-DD, on which users are in or have expired. Default: today " \
		  "(UTC); with CI set in the environment, none: it has to be said." }
#define OPTIONS_UNLOCK                                                                 \
	{ .name = "passphrase-file", .argument = "PATH",                               \
	  .help = "Open the keystore with the passphrase in this file." },             \
	{ .name = "passphrase-env", .argument = "VARIABLE",                            \
	  .help = "Open it with the passphrase in this environment variable." },       \
	{ .name = "key-file", .argument = "PATH",                                      \
	  .help = "Open it with these 32 bytes, which `head -c 32 /dev/urandom` makes." }
#define OPTIONS_UNLOCK_NEW                                                             \
	{ .name = "new-passphrase-file", .argument = "PATH",                           \
	  .help = "Seal it with the passphrase in this file." },                       \
	{ .name = "new-passphrase-env", .argument = "VARIABLE",                        \
	  .help = "Seal it with the passphrase in this environment variable." },       \
	{ .name = "new-key-file", .argument = "PATH",                                  \
	  .help = "Seal it with these 32 bytes, which `head -c 32 /dev/urandom` makes." }
#define OPTION_NO_KEYS                                                                 \
	{ .name = "no-keys",                                                           \
	  .help = "Leave the keystore closed: files have no keys in them." }
#define OPTION_TOPOLOGY                                                                \
	{ .name = "topology", .letter = 't', .argument = "FILE",                       \
	  .help = "The topology. Default: topology.yaml." }
#define OPTION_OUTPUT                                                                  \
	{ .name = "output", .letter = 'o', .argument = "DIR",                          \
	  .help = "Folder for the artifacts. Default: out." }
#define OPTION_FORCE                                                                   \
	{ .name = "force",                                                             \
	  .help = "Replace and remove artifacts that were edited by hand, or hold keys that a run " \
		  "without the keystore does not have." }
#define OPTION_NEW_KEYSTORE                                                            \
	{ .name = "new-keystore",                                                      \
	  .help = "Make a new keystore, though the one is lost that some devices have their keys from." }
#define OPTION_PUBLIC_KEY(help_text)                                                   \
	{ .name = "public-key", .argument = "KEY", .help = (help_text) }

static const struct verb_option check_options[] = {
	{ .name = "format", .argument = "FORMAT", .values = check_formats,
	  .help = "text: diagnostics on standard error. json: on standard output. junit: there too, "
		  "the assertions as a test report. sarif, github, gitlab: as SARIF 2.1.0, as "
		  "annotations of GitHub Actions, as GitLab's code quality report. "
		  "names: only the names of all nodes, one per line." },
	OPTIONS_STRICT,
	OPTION_AS_OF,
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
	{ .name = "no-prove",
	  .help = "Publish without proving the files first: see `wgtopo help prove`." },
	OPTIONS_STRICT,
	OPTION_FORCE,
	OPTIONS_UNLOCK,
	OPTION_NO_KEYS,
	OPTION_AS_OF,
	{ .name = "format", .argument = "FORMAT", .values = compile_formats,
	  .help = "How to print the result. sarif, github, gitlab: the diagnostics alone, as `check` "
		  "has them." },
	OPTION_COLOR,
};

static const struct verb_option import_options[] = {
	{ .name = "output", .letter = 'o', .argument = "FILE",
	  .help = "The topology to write, with its lock beside it. Default: topology.yaml." },
	{ .name = "force", .help = "Replace a topology and a lock that exist." },
	{ .name = "format", .argument = "FORMAT", .values = result_formats,
	  .help = "How to print what was found." },
	OPTION_COLOR,
};

static const struct verb_option plan_options[] = {
	{ .name = "output", .letter = 'o', .argument = "DIR",
	  .help = "Compare with what was published to this folder." },
	{ .name = "against", .argument = "DIR|REV",
	  .help = "Compare with another published folder, or with what the topology was in a revision of git: "
		  "a branch, a tag, HEAD~1. What begins with /, ./ or ../ is a folder, and so is what has a "
		  "manifest.json in it." },
	{ .name = "exit-code", .help = "Exit with 3 where there are changes." },
	OPTIONS_UNLOCK,
	OPTION_NO_KEYS,
	OPTION_AS_OF,
	{ .name = "format", .argument = "FORMAT", .values = plan_formats,
	  .help = "How to print the plan. markdown: as the comment of a pull request." },
	OPTION_COLOR,
};

static const struct verb_option prove_options[] = {
	OPTIONS_STRICT,
	{ .name = "format", .argument = "FORMAT", .values = result_formats,
	  .help = "text: diagnostics on standard error, the result on standard output. json: both on "
		  "standard output." },
	OPTION_COLOR,
};

static const struct verb_option explain_options[] = {
	{ .name = "rule", .argument = "SLUG", .is_alternative = true,
	  .help = "Teach one rule of the diagnostics: what it is about, and why." },
	{ .name = "without", .argument = "NAME",
	  .help = "Tell what is left when this gateway, server or site is lost: who loses whom, "
		  "and who keeps whom, and through whom. Of one node or pair, where A or B is given." },
	{ .name = "format", .argument = "FORMAT", .values = result_formats,
	  .help = "How to print the explanation." },
	OPTION_AS_OF,
	OPTION_COLOR,
};

static const struct verb_option fmt_options[] = {
	{ .name = "check",
	  .help = "Write nothing: name the files that differ, and exit with 1 where there are any." },
	{ .name = "diff",
	  .help = "Write nothing: show what would change, as `diff -u` does." },
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

static const struct verb_option report_options[] = {
	{ .name = "output", .letter = 'o', .argument = "PATH",
	  .help = "Write the report here. A page that is there already is compared with. Default: "
		  "standard output." },
	{ .name = "format", .argument = "FORMAT", .values = report_formats_known,
	  .help = "html: the page. svg: its drawing. dot, mermaid: a graph, above 32 hosts of sites "
		  "and gateways only." },
	OPTIONS_STRICT,
	OPTION_AS_OF,
	OPTION_COLOR,
};

static const struct verb_option schema_options[] = {
	{ .name = "format", .argument = "FORMAT", .values = schema_formats,
	  .help = "json: JSON Schema 2020-12. markdown, mdoc: the reference for people." },
};

static const struct verb_option help_options[] = {
	{ .name = "format", .argument = "FORMAT", .values = help_formats,
	  .help = "text: to read. mdoc: the man page. bash: the completion script." },
};

static const struct verb_option user_add_options[] = {
	{ .name = "device", .argument = "NAME",
	  .help = "The device, where the user has or will have several. Without it a new user is one device." },
	{ .name = "group", .argument = "LIST", .help = "Groups of a new user, separated by commas." },
	{ .name = "gateway", .argument = "LIST",
	  .help = "Gateways of a new user, separated by commas, the usual one first: a file for each." },
	{ .name = "expires", .argument = "DATE", .help = "Last day of a new user, YYYY-MM-DD." },
	OPTION_PUBLIC_KEY("Public half of a key that the device made itself. The private half is left to be filled in there."),
	OPTION_TOPOLOGY,
	OPTION_OUTPUT,
	OPTION_FORCE,
	OPTION_NEW_KEYSTORE,
	OPTIONS_UNLOCK,
	OPTION_AS_OF,
	OPTION_COLOR,
};

static const struct verb_option user_change_options[] = {
	OPTION_TOPOLOGY,
	OPTION_OUTPUT,
	OPTION_FORCE,
	OPTION_NEW_KEYSTORE,
	OPTIONS_UNLOCK,
	OPTION_AS_OF,
	OPTION_COLOR,
};

static const struct verb_option user_list_options[] = {
	{ .name = "within", .argument = "DAYS",
	  .help = "Only those whose last day is past, or comes within so many days." },
	OPTION_TOPOLOGY,
	OPTION_AS_OF,
	{ .name = "format", .argument = "FORMAT", .values = result_formats, .help = "How to print the list." },
	OPTION_COLOR,
};

static const struct verb_option user_show_options[] = {
	OPTION_TOPOLOGY,
	OPTION_OUTPUT,
	OPTION_AS_OF,
	OPTION_COLOR,
};

static const struct verb_option user_qr_options[] = {
	{ .name = "png", .argument = "PATH", .help = "Write a picture to this file instead of to the terminal." },
	OPTION_TOPOLOGY,
	OPTIONS_UNLOCK,
	OPTION_AS_OF,
	OPTION_COLOR,
};

static const struct verb_option key_options[] = {
	OPTION_TOPOLOGY,
	OPTIONS_UNLOCK,
	OPTION_NEW_KEYSTORE,
	OPTION_AS_OF,
	OPTION_COLOR,
};

static const struct verb_option key_list_options[] = {
	OPTION_TOPOLOGY,
	OPTIONS_UNLOCK,
	OPTION_AS_OF,
	{ .name = "format", .argument = "FORMAT", .values = result_formats, .help = "How to print the list." },
	OPTION_COLOR,
};

static const struct verb_option key_check_options[] = {
	{ .name = "prune", .help = "Remove keys from the keystore that no node has." },
	OPTION_TOPOLOGY,
	OPTIONS_UNLOCK,
	OPTION_AS_OF,
	OPTION_COLOR,
};

static const struct verb_option key_host_options[] = {
	OPTION_TOPOLOGY,
	OPTION_AS_OF,
	OPTION_COLOR,
};

static const struct verb_option key_reseal_options[] = {
	OPTION_TOPOLOGY,
	OPTIONS_UNLOCK,
	OPTIONS_UNLOCK_NEW,
	{ .name = "new-preshared-keys",
	  .help = "Make another secret for preshared keys, too: every pair gets another one." },
};

static const struct verb_option key_rotate_options[] = {
	{ .name = "finish", .help = "Put the next key in force." },
	{ .name = "abort", .help = "Drop the next key." },
	OPTION_PUBLIC_KEY("The next key's public half, where the node made it itself."),
	OPTION_TOPOLOGY,
	OPTIONS_UNLOCK,
	OPTION_AS_OF,
	OPTION_COLOR,
};

#define OPTIONS(table) .options = (table), .n_options = sizeof(table) / sizeof((table)[0])
#define OPERANDS(minimum, maximum) .n_operands_min = (minimum), .n_operands_max = (maximum)

const struct verb verbs[] = {
	{ .name = "init", .arguments = "[FILE]", .run = run_init, OPERANDS(0, 1),
	  .summary = "write a commented starter topology",
	  .description = "Writes a small topology with a comment on everything in it, to FILE or to "
		"topology.yaml, and prints what to do next. A file that exists is left alone." },
	{ .name = "import", .arguments = "DIR|FILE.csv", .run = run_import, OPERANDS(1, 1),
	  .summary = "make a topology of WireGuard files that exist",
	  .description = "Reads the wg-quick files in and below DIR, made by hand, by other generators or by "
		"wgtopo itself, or the table of wg-meshconf, and writes a topology and its lock that compile to "
		"equivalent files: the same keys, addresses, ports and peers. What the files do not say, such as "
		"which NATs there are, is guessed; then the topology is compiled in memory and compared with the "
		"files. Every guess, every line that has no place in a topology and every difference is a "
		"warning. Private keys stay where they are. Exit status 1: nothing could be made of the "
		"files, or the topology that was written does not compile yet.",
	  OPTIONS(import_options) },
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
	{ .name = "plan", .arguments = "TOPOLOGY", .run = run_plan, OPERANDS(1, 1),
	  .summary = "say what a change does to the network, before anything is written",
	  .description = "Compares what was published to DIR, or what the topology was in a revision of git, "
		"with what `compile` would make of it now, and changes nothing. Reads both sides' files and says, "
		"host by host and in groups, which peers, addresses and routes come, go or change; whether a reload "
		"is enough; which tunnels are interrupted meanwhile; who reaches whom in another way; who is let in "
		"and shut out; and the order to copy and reload in. A revision is compared with the keystore "
		"closed.",
	  OPTIONS(plan_options) },
	{ .name = "prove", .arguments = "DIR", .run = run_prove, OPERANDS(1, 1),
	  .summary = "read files back, and prove that the network they make works",
	  .description = "Reads the files that were compiled to DIR with a reader of its own, and proves "
		"them against the manifest: for every ordered pair of hosts and every address, packets take "
		"the way that the verdicts say, are taken at every hop, and their answers as well. Compares "
		"keys, preshared keys, endpoints, keepalives, ports, MTU and hooks. A counterexample is "
		"told hop by hop, with the lines that decide. Exit status 1 where there is one.",
	  OPTIONS(prove_options) },
	{ .name = "explain", .arguments = "TOPOLOGY [A] [B]", .run = run_explain, OPERANDS(0, 3),
	  .summary = "say how two nodes reach each other, and why",
	  .description = "Prints the path between the nodes A and B; for each tunnel on it the NATs "
		"and firewalls in between, the rule that decided, who sends where, and who keeps it "
		"alive; where the two have no tunnel of their own, why, and what would give them one. "
		"With A alone, lists how it reaches each of the others. A device is written "
		"user/device, at a further gateway user/device@gateway. With --without, tells what is "
		"left of the network when one gateway, server or site is lost; configurations are static, "
		"so that nothing takes its place. With --rule, teaches a rule of "
		"the diagnostics by the name that stands "
		"in brackets behind each of them.",
	  OPTIONS(explain_options) },
	{ .name = "report", .arguments = "TOPOLOGY", .run = run_report, OPERANDS(1, 1),
	  .summary = "make a page of the network for people to look at",
	  .description = "Writes one HTML file that needs nothing else, and no network: the sites and "
		"hosts as a drawing, which pair reaches which and how, with all of `explain` behind each, "
		"the findings, and what has changed since the page that it replaces. There are no keys in "
		"it. With errors that leave nothing to show, nothing is written.",
	  OPTIONS(report_options) },
	{ .name = "user add", .arguments = "NAME", .run = run_user_add, OPERANDS(1, 1),
	  .summary = "let a person in: entry, key, address and the device's files",
	  .description = "Adds a user, or another device of one, to the topology, in place: everything else "
		"in it stays as it is, byte for byte. Makes the device's key, gives it an address, and writes "
		"the file that it imports, its QR code and a page that says what to do with it; and the new "
		"files of the gateway and of the servers. Says who needs them, and what to commit. NAME may be "
		"USER/DEVICE as well. The private key goes to the keystore beside the topology, which is made "
		"where there is none, and whose passphrase is asked for.",
	  OPTIONS(user_add_options) },
	{ .name = "user list", .run = run_user_list,
	  .summary = "list everybody's devices, and whose time runs out",
	  .description = "Lists the users' devices with addresses, gateways, groups and last days. A key that "
		"is `made` was made by wgtopo, one that is the device's `own` stands in the topology.",
	  OPTIONS(user_list_options) },
	{ .name = "user show", .arguments = "NAME", .run = run_user_show, OPERANDS(1, 1),
	  .summary = "show one user, or one device",
	  .description = "Shows where NAME, a user or USER/DEVICE, stands in the topology, its addresses, "
		"gateways and last day, and where its files are.",
	  OPTIONS(user_show_options) },
	{ .name = "user qr", .arguments = "NAME", .run = run_user_qr, OPERANDS(1, 1),
	  .summary = "show a device's file as a QR code",
	  .description = "Shows the file of a device, its private key in it, as a QR code on the terminal, for "
		"the WireGuard app of a phone to scan. NAME is the user, USER/DEVICE where there are several "
		"devices, and USER/DEVICE@GATEWAY for a further gateway.",
	  OPTIONS(user_qr_options) },
	{ .name = "user revoke", .arguments = "NAME", .run = run_user_revoke, OPERANDS(1, 1),
	  .summary = "take a person or a device out",
	  .description = "Takes a user, or the one device USER/DEVICE, out of the topology and its keys out of "
		"the keystore, removes its files, and writes the new files of the others. Says which hosts must "
		"have theirs before the person is out, and which others change.",
	  OPTIONS(user_change_options) },
	{ .name = "user rotate", .arguments = "NAME", .run = run_user_rotate, OPERANDS(1, 1),
	  .summary = "give a person's devices new keys and files",
	  .description = "Makes new keys for a user's devices, or for the one device USER/DEVICE, and new files. "
		"The old ones work until the gateway has its new files.",
	  OPTIONS(user_change_options) },
	{ .name = "key gen", .arguments = "[NAME]", .run = run_key_gen, OPERANDS(0, SIZE_MAX),
	  .summary = "make keys for nodes that have none",
	  .description = "Makes a key pair for every node without a public key, or for those that are named. "
		"The private halves go to the keystore, which is made where there is none, the public ones to the "
		"lock. A server whose key is to stay on it gets one with `wgtopo key host`.",
	  OPTIONS(key_options) },
	{ .name = "key host", .arguments = "NAME [KEY]", .run = run_key_host, OPERANDS(1, 2),
	  .summary = "have a host make its own key, and take the public half",
	  .description = "Prints the command that makes the key on the host NAME, where its private half stays, "
		"and prints the public one. With KEY, or - for standard input, takes that into the lock: "
		"`ssh root@gpu01 \"$(wgtopo key host gpu01)\" | wgtopo key host gpu01 -`.",
	  OPTIONS(key_host_options) },
	{ .name = "key import", .arguments = "NAME [PATH]", .run = run_key_import, OPERANDS(1, 2),
	  .summary = "take a private key into the keystore",
	  .description = "Reads a private key, as `wg genkey` prints it, from the file PATH or from standard "
		"input, and makes it the key of NAME.",
	  OPTIONS(key_options) },
	{ .name = "key export", .arguments = "NAME", .run = run_key_export, OPERANDS(1, 1),
	  .summary = "write a private key to a file or a pipe",
	  .description = "Writes the private key of NAME to standard output, unless that is a terminal.",
	  OPTIONS(key_options) },
	{ .name = "key list", .run = run_key_list,
	  .summary = "list every node's public key, and who holds the other half",
	  .description = "Lists the nodes' public keys and where they stand. With the keystore open, says of "
		"each whether its private half is there or on the node.",
	  OPTIONS(key_list_options) },
	{ .name = "key rotate", .arguments = "NAME", .run = run_key_rotate, OPERANDS(1, 1),
	  .summary = "replace a node's key, in two phases",
	  .description = "Makes the next key of NAME, which waits beside the present one; nothing that runs "
		"changes. With --finish it takes its place, and what to copy and to reload is said in the order "
		"in which no pair is cut for longer than it has to be. Where the present key is on the node, "
		"says how to make the next one there.",
	  OPTIONS(key_rotate_options) },
	{ .name = "key check", .run = run_key_check,
	  .summary = "compare the keystore with the topology and the lock",
	  .description = "Opens the keystore and reports keys that no node has, nodes that have no key, private "
		"halves that are lost, and halves that do not fit. Exit status 1 where there are any.",
	  OPTIONS(key_check_options) },
	{ .name = "key reseal", .run = run_key_reseal,
	  .summary = "seal the keystore with another passphrase or key file",
	  .description = "Opens the keystore and seals it anew. What is to open it from now on is asked for, "
		"twice, unless an option names it. Keys stay as they are, and whoever has an old copy of the "
		"keystore opens that as before.",
	  OPTIONS(key_reseal_options) },
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
	{ .name = "fmt", .arguments = "FILE", .run = run_fmt, OPERANDS(1, SIZE_MAX),
	  .summary = "lay topologies out canonically, comments and all",
	  .description = "Rewrites the topology FILE, any further ones, and the files that they include, in "
		"the layout that docs/fmt.md describes, and names the files that it changed. Only white "
		"space, line breaks and commas change: entries and comments keep their order, and what was "
		"made is compared with what there was before it is written. A file that cannot be read as "
		"YAML is reported and left as it is; what its keys mean does not matter. With - for FILE, "
		"lays standard input out to standard output.",
	  OPTIONS(fmt_options) },
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
