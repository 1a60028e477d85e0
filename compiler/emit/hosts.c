/* SPDX-License-Identifier: MIT */

/*
 * Fragment for hosts(5): every node by name, with the domain first where there is one. The markers
 * let a script replace an older fragment.
 */

#include "base/text.h"
#include "compiler/emit/emitter.h"
#include "compiler/plan/plan.h"

static void emit_network(const struct plan_network *network, struct text *out)
{
	text_printf(out, "# BEGIN wgtopo %s\n", network->name);
	vec_foreach(name, &network->names) {
		for (size_t i = 0; i < name->n_addresses; i++) {
			char buffer[NET_ADDRESS_TEXT];

			text_puts(out, net_address_format(&name->addresses[i], buffer));
			if (network->domain != NULL)
				text_printf(out, " %s.%s", name->name, network->domain);
			text_printf(out, " %s\n", name->name);
		}
	}
	text_printf(out, "# END wgtopo %s\n", network->name);
}

const struct emitter emitter_hosts = {
	.name = "hosts",
	.summary = "names of all nodes, a fragment for /etc/hosts",
	.file = "hosts",
	.mode = 0644,
	.emit_network = emit_network,
};
