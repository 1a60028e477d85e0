/* SPDX-License-Identifier: MIT */

/*
 * The completion script for bash, plain bash without the bash-completion library. What may stand
 * where comes from the table of verbs; the functions around it are fixed.
 */

#include "cli/help.h"

#include "base/text.h"

static const char head[] =
	"# bash completion for wgtopo. Made by `wgtopo help --format bash`: do not edit.\n"
	"# shellcheck shell=bash\n\n";

static const char body[] =
	"# The kind of what follows option $2 of verb $1: empty where it takes nothing.\n"
	"_wgtopo_kind_of_option()\n"
	"{\n"
	"\tlocal kinds kind\n"
	"\tkinds=$(_wgtopo_options \"$1\")\n"
	"\tfor kind in $kinds; do\n"
	"\t\t[[ ${kind%%:*} == \"$2\" ]] && echo \"${kind#*:}\"\n"
	"\tdone\n"
	"}\n\n"
	"# Candidates of kind $1 for the word $2. $3: the topology, where one is given.\n"
	"_wgtopo_candidates()\n"
	"{\n"
	"\tcase $1 in\n"
	"\tfolder) compgen -d -- \"$2\" ;;\n"
	"\tfile) compgen -f -- \"$2\" ;;\n"
	"\tyaml)\n"
	"\t\tcompgen -f -X '!*.yaml' -- \"$2\"\n"
	"\t\tcompgen -f -X '!*.yml' -- \"$2\"\n"
	"\t\tcompgen -d -- \"$2\"\n"
	"\t\t;;\n"
	"\tnode)\n"
	"\t\t[[ -f $3 ]] || return\n"
	"\t\tcompgen -W \"$(\"${COMP_WORDS[0]}\" check \"$3\" --format names 2>/dev/null)\" -- \"$2\"\n"
	"\t\t;;\n"
	"\tvalues=*) compgen -W \"$(tr , ' ' <<<\"${1#values=}\")\" -- \"$2\" ;;\n"
	"\tlist=*)\n"
	"\t\tlocal before=\"\"\n"
	"\t\t[[ $2 == *,* ]] && before=${2%,*},\n"
	"\t\tcompgen -P \"$before\" -W \"$(tr , ' ' <<<\"${1#list=}\")\" -- \"${2##*,}\"\n"
	"\t\t;;\n"
	"\tesac\n"
	"}\n\n"
	"_wgtopo()\n"
	"{\n"
	"\tlocal word=${COMP_WORDS[COMP_CWORD]} verb=${COMP_WORDS[1]} kind=\"\" topology=\"\"\n"
	"\tlocal -a operands=()\n"
	"\tlocal i kinds first=2 seconds\n"
	"\tCOMPREPLY=()\n"
	"\tif ((COMP_CWORD == 1)); then\n"
	"\t\tmapfile -t COMPREPLY < <(compgen -W \"$(_wgtopo_verbs) --help --version\" -- \"$word\")\n"
	"\t\treturn\n"
	"\tfi\n"
	"\tseconds=$(_wgtopo_second_words \"$verb\")\n"
	"\tif [[ -n $seconds ]]; then\n"
	"\t\tif ((COMP_CWORD == 2)); then\n"
	"\t\t\tmapfile -t COMPREPLY < <(compgen -W \"$seconds --help\" -- \"$word\")\n"
	"\t\t\treturn\n"
	"\t\tfi\n"
	"\t\tverb+=\" ${COMP_WORDS[2]}\"\n"
	"\t\tfirst=3\n"
	"\tfi\n"
	"\t# `kind` is what the word behind the option at hand is; '=' is a word of its own in bash.\n"
	"\tfor ((i = first; i < COMP_CWORD; i++)); do\n"
	"\t\tcase ${COMP_WORDS[i]} in\n"
	"\t\t=) ;;\n"
	"\t\t-*) kind=$(_wgtopo_kind_of_option \"$verb\" \"${COMP_WORDS[i]}\") ;;\n"
	"\t\t*)\n"
	"\t\t\t[[ -z $kind ]] && operands+=(\"${COMP_WORDS[i]}\")\n"
	"\t\t\t[[ $kind == yaml ]] && topology=${COMP_WORDS[i]}\n"
	"\t\t\tkind=\"\"\n"
	"\t\t\t;;\n"
	"\t\tesac\n"
	"\tdone\n"
	"\t[[ $word == \"=\" ]] && word=\"\"\n"
	"\tif [[ -z $kind && $word == -* ]]; then\n"
	"\t\tkinds=$(_wgtopo_options \"$verb\")\n"
	"\t\tmapfile -t COMPREPLY < <(for i in $kinds; do compgen -W \"${i%%:*}\" -- \"$word\"; done)\n"
	"\t\treturn\n"
	"\tfi\n"
	"\t[[ -z $topology ]] && topology=${operands[0]:-}\n"
	"\t[[ -f $topology ]] || topology=topology.yaml\n"
	"\t[[ -z $kind ]] && kind=$(_wgtopo_operand \"$verb\" \"${#operands[@]}\")\n"
	"\t[[ $kind == folder || $kind == file || $kind == yaml ]] && compopt -o filenames 2>/dev/null\n"
	"\tmapfile -t COMPREPLY < <(_wgtopo_candidates \"$kind\" \"$word\" \"$topology\")\n"
	"}\n"
	"complete -F _wgtopo wgtopo\n";

/* What the script offers for a word of this name in a verb's arguments. */
static const struct {
	const char *word;
	const char *kind;
} kinds[] = {
	{"TOPOLOGY", "yaml"},     {"FILE", "yaml"}, {"PATH", "file"}, {"DIR", "folder"},
	{"DIR|FILE.csv", "file"}, {"NAME", "node"}, {"A", "node"},    {"B", "node"},
};

static void write_names_of_verbs(struct text *out, const char *separator)
{
	for (size_t i = 0; i < n_verbs; i++) {
		size_t length;
		const char *word = verb_first_word(i, &length);

		if (word != NULL)
			text_printf(out, "%s%.*s", i == 0 ? "" : separator, (int)length, word);
	}
}

/* The second words of each group's verbs. */
static void write_groups(struct text *out)
{
	text_puts(out, "# What may follow verb $1 before anything else, where it is half of one.\n"
		       "_wgtopo_second_words()\n{\n\tcase $1 in\n");
	for (size_t i = 0; i < n_verbs; i++) {
		size_t length;
		const char *word = verb_first_word(i, &length);

		if (word == NULL || word[length] == '\0')
			continue;
		text_printf(out, "\t%.*s) echo \"", (int)length, word);
		for (size_t k = i; k < n_verbs && strncmp(verbs[k].name, word, length + 1) == 0;
		     k++)
			text_printf(out, "%s%s", k == i ? "" : " ", verbs[k].name + length + 1);
		text_puts(out, "\" ;;\n");
	}
	text_puts(out, "\tesac\n}\n\n");
}

static void write_kind(struct text *out, const char *word, size_t length)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strlen(kinds[i].word) == length && strncmp(kinds[i].word, word, length) == 0) {
			text_puts(out, kinds[i].kind);
			return;
		}
	}
	if (length == strlen("VERB") && strncmp(word, "VERB", length) == 0) {
		text_puts(out, "values=");
		write_names_of_verbs(out, ",");
		return;
	}
	text_puts(out, "any");
}

static void write_option(struct text *out, const struct verb_option *option)
{
	text_printf(out, "%s:", option->name);
	if (option->values == NULL) {
		if (option->argument != NULL)
			write_kind(out, option->argument, strlen(option->argument));
		return;
	}
	text_puts(out, option->is_list ? "list=" : "values=");
	for (const char *const *value = option->values; *value != NULL; value++)
		text_printf(out, "%s%s", value == option->values ? "" : ",", *value);
}

static void write_options(struct text *out)
{
	text_puts(out, "# The options of verb $1, each with the kind of its value behind a colon.\n"
		       "_wgtopo_options()\n{\n\tcase $1 in\n");
	for (size_t i = 0; i < n_verbs; i++) {
		text_printf(out, "\t\"%s\") echo \"", verbs[i].name);
		for (size_t k = 0; k < verbs[i].n_options; k++) {
			const struct verb_option *option = &verbs[i].options[k];
			cleanup_(text_finish) struct text row = {0};

			write_option(&row, option);
			if (option->letter != 0)
				text_printf(out, "-%c%s ", option->letter, strchr(row.data, ':'));
			text_printf(out, "--%s ", row.data);
		}
		text_puts(out, "--help: -h:\" ;;\n");
	}
	text_puts(out, "\tesac\n}\n\n");
}

static void write_operands(struct text *out)
{
	text_puts(out, "# The kind of operand number $2, from 0, of verb $1.\n"
		       "_wgtopo_operand()\n{\n\tcase $1:$2 in\n");
	for (size_t i = 0; i < n_verbs; i++) {
		size_t place = 0;

		for (const char *word = verbs[i].arguments; word != NULL && *word != '\0';
		     place++) {
			size_t length = strcspn(word, " ");
			size_t bracket = word[0] == '[' ? 1 : 0;

			text_printf(out, "\t\"%s:%zu\") echo ", verbs[i].name, place);
			write_kind(out, word + bracket, length - 2 * bracket);
			text_puts(out, " ;;\n");
			word += length + strspn(word + length, " ");
		}
	}
	text_puts(out, "\tesac\n}\n\n");
}

void help_write_bash(struct text *out)
{
	text_puts(out, head);
	text_puts(out, "_wgtopo_verbs()\n{\n\techo \"");
	write_names_of_verbs(out, " ");
	text_puts(out, "\"\n}\n\n");
	write_groups(out);
	write_options(out);
	write_operands(out);
	text_puts(out, body);
}
