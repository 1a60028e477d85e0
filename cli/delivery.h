/* SPDX-License-Identifier: MIT */
#pragma once

/* Delivery: publishing, and what the caller can do where it fails. */

struct compilation;
struct compile_selection;
struct publish_options;
struct publish_result;

/*
 * compile_publish() with its failures said on stderr. STATUS_CLEAN; STATUS_FINDINGS where the
 * compilation's diagnostics say what is in the way; STATUS_FAILED.
 */
int delivery_publish(struct compilation *compilation, const struct compile_selection *selection,
		     const struct publish_options *options, struct publish_result *ret_result);
