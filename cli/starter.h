/* SPDX-License-Identifier: MIT */
#pragma once

/* The topology that `wgtopo init` writes: cli/starter.yaml, embedded by the build. */

extern const char starter_yaml[];
