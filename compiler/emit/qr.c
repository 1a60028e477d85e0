/* SPDX-License-Identifier: MIT */

/*
 * A device's configuration as a picture, for the apps that read it with a camera: the very bytes of
 * the file. Without the private key in it there is nothing to read.
 */

#include "compiler/emit/emitter.h"
#include "compiler/emit/qr_code.h"
#include "compiler/plan/plan.h"

extern const struct emitter emitter_app;

static bool emit_host(const struct plan *plan, struct text *out)
{
	(void)out;
	return plan->is_portable && plan->has_private_key;
}

const struct emitter emitter_qr = {
	.name = "qr",
	.summary = "picture of a device's configuration, for the camera of a phone",
	.file = "%.png",
	.mode = 0600,
	.emit_host = emit_host,
	.source = &emitter_app,
	.convert = qr_write_png,
};
