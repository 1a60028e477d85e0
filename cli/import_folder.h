/* SPDX-License-Identifier: MIT */
#pragma once

/* The files of a folder for an import. */

struct diag_bag;
struct import;

/*
 * Takes the wg-quick files in and below the folder into the import, in the order of their names.
 * What cannot be read is a diagnostic. 0, or the negative errno of opening the folder itself.
 */
int import_read_folder(struct import *import, const char *folder, struct diag_bag *diags);
