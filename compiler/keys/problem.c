/* SPDX-License-Identifier: MIT */

/*
 * The words for what is wrong. Whether a file was damaged by accident its checksum tells; somebody
 * who changes it on purpose mends that too, and then it looks as if the passphrase were wrong.
 */

#include "compiler/keys/problem.h"

#include <assert.h>
#include <stddef.h>

// clang-format off
static const struct {
	const char *problem;
	const char *remedy;
} words[] = {
	[SEAL_E_FOREIGN] = {"is not a sealed keystore",
		"restore it from git or a backup; if there never was one, move this file away"},
	[SEAL_E_EMPTY] = {"is empty",
		"restore it from git or a backup; if there never was a key in it, remove it"},
	[SEAL_E_LINE_ENDS] = {"has the line ends of another system",
		"put the line `*.keys -text -merge` into .gitattributes, then restore it from git"},
	[SEAL_E_CONFLICT] = {"holds a merge conflict",
		"take one side whole, as with `git checkout --ours`; then `wgtopo key check` names the "
		"devices whose keys only the other side had"},
	[SEAL_E_DAMAGED] = {"is damaged: it was cut short or changed",
		"restore it from git or a backup"},
	[SEAL_E_VERSION] = {"is of a version that this program does not know",
		"use the version of wgtopo that wrote it, or a newer one"},
	[SEAL_E_COST] = {"asks for more memory or time to open than any keystore needs",
		"do not trust where it comes from; restore it from git or a backup"},
	[SEAL_E_KIND] = {"is sealed in the other way",
		"a keystore opens with a passphrase or with a key file, never with both"},
	[SEAL_E_SECRET] = {"cannot be opened with that",
		"a passphrase is not empty, and a key file is 32 random bytes"},
	[SEAL_E_LOCKED] = {"does not open with this passphrase or key file",
		"try another; if you are sure of it, somebody changed the keystore: restore it from git"},
	[SEAL_E_CONTENT] = {"opens, but its content is not that of a keystore",
		"whoever sealed it has to seal it again"},
};
// clang-format on

const char *seal_problem(int problem)
{
	assert(problem > 0 && (size_t)problem < sizeof(words) / sizeof(words[0]));
	return words[problem].problem;
}

const char *seal_remedy(int problem)
{
	assert(problem > 0 && (size_t)problem < sizeof(words) / sizeof(words[0]));
	return words[problem].remedy;
}
