/* SPDX-License-Identifier: MIT */

/* Devices that cannot reach their gateway: nobody relays for them. */

#include "compiler/reach/apart.h"

#include "base/arena.h"
#include "base/diag/diag.h"
#include "compiler/reach/cause.h"
#include "compiler/reach/remedy.h"
#include "compiler/resolve/network.h"

static void report_device(const struct reach *reach, const struct network_host *device,
			  size_t n_devices, const struct reach_verdict *verdict,
			  struct diag_bag *diags)
{
	const struct network_host *gateway = device->gateway;
	struct cause own = cause_of(reach, device, verdict, 0);
	struct cause other = cause_of(reach, gateway, verdict, 1);
	struct remedies remedies = remedies_find(reach, device, n_devices, gateway, 1);
	bool is_family = verdict->rule == RULE_NO_FAMILY;
	struct diag *diag =
		diag_add(diags, is_family ? DIAG_FAMILY_MISMATCH : DIAG_NAT_UNREACHABLE,
			 device->node->name.span, "'%s' cannot reach its gateway '%s': %s",
			 device->name, gateway->name, rule_text(verdict->rule));

	if (n_devices > 1) {
		diag_note(diags, diag, "the same holds for %zu more device%s", n_devices - 1,
			  n_devices == 2 ? "" : "s");
	}
	diag_related(diags, diag, own.span, "%s", own.text);
	diag_related(diags, diag, other.span, "%s", other.text);
	for (size_t i = 0; i < remedies.n_texts; i++)
		diag_help(diags, diag, "%s", remedies.texts[i]);
	diag_help(diags, diag,
		  "a gateway for users needs an address that anyone can send to: "
		  "public, forwarded to it, or 1:1");
}

/* A gateway's devices, class by class. */
static void check_gateway(const struct reach *reach, const struct network_host *gateway,
			  struct diag_bag *diags)
{
	const struct network_host **first =
		ARENA_ARRAY(reach->arena, const struct network_host *, reach->n_classes);
	size_t *n_devices = ARENA_ARRAY(reach->arena, size_t, reach->n_classes);

	vec_foreach(device, &gateway->devices) {
		size_t class = reach->class_of[(*device)->index];

		if (n_devices[class]++ == 0)
			first[class] = *device;
	}
	for (size_t i = 0; i < reach->n_classes; i++) {
		struct reach_verdict verdict;

		if (first[i] == NULL)
			continue;
		verdict = reach_decide(reach, i, reach->class_of[gateway->index]);
		if (verdict.kind == REACH_APART)
			report_device(reach, first[i], n_devices[i], &verdict, diags);
	}
}

void apart_check_devices(const struct reach *reach, struct diag_bag *diags)
{
	for (size_t i = 0; i < reach->network->n_hosts; i++) {
		if (reach->network->hosts[i].devices.n_items > 0)
			check_gateway(reach, &reach->network->hosts[i], diags);
	}
}
