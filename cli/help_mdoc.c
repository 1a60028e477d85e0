/* SPDX-License-Identifier: MIT */

/* The man page wgtopo(1), in mdoc(7): the verbs from their table, the rest is prose. */

#include "cli/help.h"

#include "base/text.h"
#include "compiler/model/schema_export.h"

static const char head[] =
	".\\\" Made by `wgtopo help --format mdoc` from cli/verbs.c: do not edit.\n"
	".Dd November 21, 2026\n"
	".Dt WGTOPO 1\n"
	".Os\n"
	".Sh NAME\n"
	".Nm wgtopo\n"
	".Nd compile one topology into every host's WireGuard configuration\n"
	".Sh SYNOPSIS\n";

static const char description[] =
	".Nm\n"
	".Fl -help | -version\n"
	".Sh DESCRIPTION\n"
	".Nm\n"
	"reads a network's topology from one YAML file,\n"
	".Xr wgtopo-topology 5 ,\n"
	"and writes the WireGuard configuration, routes and host names of every host in it.\n"
	"It finds what cannot work before anything is copied to a server:\n"
	"each fault is reported at its line, with the evidence and the fix.\n"
	".Pp\n"
	"The same topology, lock and keys give the same bytes on every machine.\n"
	".Nm\n"
	"makes no network connection.\n"
	".Sh VERBS\n"
	"Options may stand before or behind the operands.\n"
	"Every verb takes\n"
	".Fl h , -help .\n"
	".Bl -tag -width Ds\n";

static const char tail[] =
	".El\n"
	".Sh ENVIRONMENT\n"
	".Bl -tag -width NO_COLOR\n"
	".It Ev CI\n"
	"Where it is set, neither empty nor\n"
	".Dq false ,\n"
	"the day on which users expire is not guessed:\n"
	".Fl -as-of\n"
	"has to say it.\n"
	".It Ev NO_COLOR\n"
	"Where it is set and not empty, diagnostics are not coloured, unless\n"
	".Fl -color Ar always\n"
	"is given.\n"
	".It Ev TERM\n"
	"Where it is unset or\n"
	".Dq dumb ,\n"
	"diagnostics are not coloured either.\n"
	".El\n"
	".Sh FILES\n"
	".Bl -tag -width Ds\n"
	".It Pa topology.lock\n"
	"The lock, beside the topology and named after it: addresses, ports and public keys that were\n"
	"given out.\n"
	"It belongs into git together with the topology.\n"
	".It Pa topology.keys\n"
	"The keystore, beside it: private keys, sealed with a passphrase or a key file.\n"
	"It may be committed.\n"
	".It Pa DIR/manifest.json\n"
	"What was published: the hosts, and every file with its digest and mode.\n"
	".It Pa DIR/hosts/NAME/etc/wireguard\n"
	"What belongs into\n"
	".Pa /etc/wireguard\n"
	"on the host NAME.\n"
	".It Pa DIR/users/NAME/DEVICE\n"
	"The file that a user's device imports, its QR code, and a page on what to do with them.\n"
	".It Pa DIR/.wgtopo-state\n"
	"A cache that makes a run without changes fast.\n"
	"It may be deleted.\n"
	".El\n"
	".Sh EXIT STATUS\n"
	".Bl -tag -width Ds -compact\n"
	".It 0\n"
	"Clean.\n"
	".It 1\n"
	"Something to mend: errors in the topology, a name that is not in it, an edited artifact; or\n"
	"warnings under\n"
	".Fl -strict .\n"
	".It 2\n"
	"The call is wrong, or a file cannot be read or written.\n"
	".It 3\n"
	".Cm plan Fl -exit-code :\n"
	"there are changes.\n"
	".El\n"
	".Sh EXAMPLES\n"
	"Begin a network:\n"
	".Bd -literal -offset indent\n"
	"wgtopo init topology.yaml\n"
	"wgtopo check topology.yaml\n"
	"wgtopo compile topology.yaml -o out\n"
	".Ed\n"
	".Pp\n"
	"Bring one host up:\n"
	".Bd -literal -offset indent\n"
	"scp -r out/hosts/gpu01/etc root@gpu01:/\n"
	"ssh root@gpu01 systemctl enable --now wg-quick@mlcluster\n"
	".Ed\n"
	".Pp\n"
	"Apply a change there later, without dropping a session.\n"
	".Ql systemctl reload\n"
	"would take the private key away, because it is not in the file:\n"
	".Bd -literal -offset indent\n"
	"scp -r out/hosts/gpu01/etc root@gpu01:/\n"
	"ssh root@gpu01 bash /etc/wireguard/mlcluster.reload\n"
	".Ed\n"
	".Pp\n"
	"Let a person in, and out again:\n"
	".Bd -literal -offset indent\n"
	"wgtopo user add alice --device laptop\n"
	"wgtopo user revoke alice\n"
	".Ed\n"
	".Pp\n"
	"Guard the topology in CI:\n"
	".Bd -literal -offset indent\n"
	"wgtopo compile topology.yaml -o out --locked --strict\n"
	".Ed\n"
	".Pp\n"
	"Learn why two nodes talk the way they do, and what a finding means:\n"
	".Bd -literal -offset indent\n"
	"wgtopo explain topology.yaml gpu01 alice/laptop\n"
	"wgtopo explain --rule prefix-conflict\n"
	".Ed\n"
	".Sh SEE ALSO\n"
	".Xr wgtopo-topology 5 ,\n"
	".Xr wg 8 ,\n"
	".Xr wg-quick 8\n";

static void write_option(struct text *out, const struct verb_option *option)
{
	if (option->letter != 0) {
		text_printf(out, "Fl %c", option->letter);
	} else {
		text_printf(out, "Fl -%s", option->name);
	}
	if (option->argument != NULL)
		text_printf(out, " Ar %s", option->argument);
}

/* The operands as macros, each behind `before` and in front of `after`. */
static void write_operands(struct text *out, const struct verb *verb, const char *before,
			   const char *after)
{
	for (const char *word = verb->arguments; word != NULL && *word != '\0';) {
		size_t length = strcspn(word, " ");

		if (word[0] == '[') {
			text_printf(out, "%sOp Ar %.*s%s", before, (int)length - 2, word + 1,
				    after);
		} else {
			text_printf(out, "%sAr %.*s%s", before, (int)length, word, after);
		}
		word += length + strspn(word + length, " ");
	}
}

static void write_synopsis(struct text *out, const struct verb *verb)
{
	text_printf(out, ".Nm\n.Cm %s\n", verb->name);
	write_operands(out, verb, ".", "\n");
	for (size_t i = 0; i < verb->n_options; i++) {
		if (verb->options[i].is_alternative)
			continue;
		text_puts(out, verb->options[i].is_required ? "." : ".Op ");
		write_option(out, &verb->options[i]);
		text_puts(out, "\n");
	}
	for (size_t i = 0; i < verb->n_options; i++) {
		if (!verb->options[i].is_alternative)
			continue;
		text_printf(out, ".Nm\n.Cm %s\n.", verb->name);
		write_option(out, &verb->options[i]);
		text_puts(out, "\n");
	}
}

static void write_option_item(struct text *out, const struct verb_option *option)
{
	text_puts(out, ".It ");
	if (option->letter != 0)
		text_printf(out, "Fl %c , ", option->letter);
	text_printf(out, "Fl -%s", option->name);
	if (option->argument != NULL)
		text_printf(out, " Ar %s", option->argument);
	text_puts(out, "\n");
	mdoc_write_prose(out, option->help);
	if (option->values == NULL)
		return;
	text_puts(out, option->is_list ? "Known are" : "One of");
	for (const char *const *value = option->values; *value != NULL; value++)
		text_printf(out, "\n.Cm %s%s", *value, value[1] == NULL ? " .\n" : " ,");
}

static void write_verb(struct text *out, const struct verb *verb)
{
	text_printf(out, ".It Cm %s", verb->name);
	write_operands(out, verb, " ", "");
	text_puts(out, "\n");
	mdoc_write_prose(out, verb->description);
	if (verb->n_options == 0)
		return;
	text_puts(out, ".Bl -tag -width Ds\n");
	for (size_t i = 0; i < verb->n_options; i++)
		write_option_item(out, &verb->options[i]);
	text_puts(out, ".El\n");
}

void help_write_mdoc(struct text *out)
{
	text_puts(out, head);
	for (size_t i = 0; i < n_verbs; i++)
		write_synopsis(out, &verbs[i]);
	text_puts(out, description);
	for (size_t i = 0; i < n_verbs; i++)
		write_verb(out, &verbs[i]);
	text_puts(out, tail);
}
