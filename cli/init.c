/* SPDX-License-Identifier: MIT */

/* init: a topology to begin with, whole but for the keys. */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "cli/arguments.h"
#include "cli/output.h"
#include "cli/starter.h"

/* Writes all of `text` to a file that must not exist yet. 0 or negative errno. */
static int write_new_file(const char *path, const char *text)
{
	cleanup_(file_close) int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	size_t length = strlen(text);
	int error;

	if (fd < 0)
		return -errno;
	for (size_t done = 0; done < length;) {
		ssize_t n = write(fd, text + done, length - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			error = -errno;
			(void)unlink(path); /* half a topology helps nobody */
			return error;
		}
		done += (size_t)n;
	}
	return 0;
}

static int report_failure(const char *path, int error)
{
	if (error == -EEXIST) {
		return output_failure(
			"'%s' exists already and is left alone: name another file, or "
			"move it away",
			path);
	}
	if (error == -ENOENT) {
		return output_failure("cannot write '%s': its folder does not exist: make it first",
				      path);
	}
	return output_failure("cannot write '%s': %s", path, strerror(-error));
}

int run_init(const struct request *request)
{
	cleanup_(text_finish) struct text out = {0};
	const char *path = request->n_operands > 0 ? request->operands[0] : "topology.yaml";
	int r = write_new_file(path, starter_yaml);

	if (r < 0)
		return report_failure(path, r);
	text_printf(&out,
		    "wrote %s\n\n"
		    "next:\n"
		    "  1. name your hosts in it\n"
		    "  2. wgtopo key gen -t %s        # makes a key for each\n"
		    "  3. wgtopo compile %s -o out    # writes the configuration of every host\n"
		    "  4. wgtopo user add NAME -t %s  # lets somebody in\n",
		    path, path, path, path);
	output_write(&out);
	return STATUS_CLEAN;
}
