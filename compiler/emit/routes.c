/* SPDX-License-Identifier: MIT */

/*
 * Routing table as a batch for ip(8): `ip -batch FILE` sets all of it in one process, where
 * wg-quick itself would fork for every allowed IP. `replace` makes it safe to run again.
 */

#include "base/text.h"
#include "compiler/emit/emitter.h"
#include "compiler/plan/plan.h"

static bool emit_host(const struct plan *plan, struct text *out)
{
	if (plan->is_portable)
		return false;
	text_join(out, "# ", plan->host, ": routes of ", plan->interface,
		  ". Made by wgtopo: change the topology, not this file.\n");
	vec_foreach(route, &plan->routes) {
		char prefix[NET_PREFIX_TEXT];

		text_join(out, "route replace ", net_prefix_format(&route->prefix, prefix), " dev ",
			  plan->interface);
		if (route->mtu != 0) {
			text_puts(out, " mtu ");
			text_number(out, route->mtu);
		}
		text_puts(out, "\n");
	}
	return true;
}

const struct emitter emitter_routes = {
	.name = "routes",
	.summary = "routing table as a batch file for ip(8), which the wg-quick file applies",
	.file = "%.routes",
	.mode = 0600,
	.emit_host = emit_host,
};
