/* SPDX-License-Identifier: MIT */

/* Private key of a server or gateway, where the keystore has it: the file that the hook reads. */

#include "base/text.h"
#include "compiler/emit/emitter.h"
#include "compiler/emit/slot.h"
#include "compiler/plan/plan.h"

static bool emit_host(const struct plan *plan, struct text *out)
{
	if (plan->is_portable || !plan->has_private_key)
		return false;
	text_puts(out, SLOT_PRIVATE_KEY "\n");
	return true;
}

const struct emitter emitter_key = {
	.name = "key",
	.summary = "private key of a server or gateway, where the keystore has it",
	.file = "%.key",
	.mode = 0600,
	.emit_host = emit_host,
};
