/* SPDX-License-Identifier: MIT */

/* From a failed publication to words. */

#include "cli/delivery.h"

#include <errno.h>
#include <string.h>

#include "cli/output.h"
#include "cli/verb.h"
#include "compiler/compile.h"
#include "compiler/deliver.h"
#include "compiler/publish/publish.h"

static const char *fix_of_publish(int error)
{
	switch (error) {
	case -EWOULDBLOCK:
		return "; another run is writing there: wait for it";
	case -ELOOP:
		return "; it is a symbolic link: name the folder that it leads to";
	case -ENOENT:
		return "; make the folder above it first";
	case -ENOTDIR:
		return "; name a folder";
	case -ENOSPC:
	case -EDQUOT:
		return "; what was there is unchanged: make room and run again";
	case -EROFS:
	case -EACCES:
	case -EPERM:
		return "; choose a folder that you may write to";
	case -EBADMSG:
		return "; it is damaged: run again with --force, which writes it anew";
	default:
		return "";
	}
}

int delivery_publish(struct compilation *compilation, const struct compile_selection *selection,
		     const struct publish_options *options, struct publish_result *ret_result)
{
	const char *failed_path = options->directory;
	int r = compile_publish(compilation, selection, options, ret_result, &failed_path);

	if (r < 0) {
		return output_failure("cannot write '%s': %s%s", failed_path, strerror(-r),
				      fix_of_publish(r));
	}
	return compilation->diags.n_errors > 0 ? STATUS_FINDINGS : STATUS_CLEAN;
}
