/* SPDX-License-Identifier: MIT */
#pragma once

/* The names of publish's own files, in the target. */

#define PUBLISH_MANIFEST "manifest.json"
#define PUBLISH_STAGE    ".wgtopo-stage"
#define PUBLISH_STATE    ".wgtopo-state"
#define PUBLISH_IGNORE   ".gitignore" /* not in the manifest: its owner may change it */
