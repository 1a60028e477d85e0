/* SPDX-License-Identifier: MIT */

#include "fixed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/secret.h"
#include "compiler/keys/content.h"
#include "compiler/keys/keystore_parts.h"

#define COUNT_16(from)                                                                             \
	(from), (from) + 1, (from) + 2, (from) + 3, (from) + 4, (from) + 5, (from) + 6,            \
		(from) + 7, (from) + 8, (from) + 9, (from) + 10, (from) + 11, (from) + 12,         \
		(from) + 13, (from) + 14, (from) + 15
#define SALT                                                                                       \
	{                                                                                          \
		COUNT_16(0x10)                                                                     \
	}
#define NONCE                                                                                      \
	{                                                                                          \
		COUNT_16(0x40), 0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57                     \
	}

const char fixed_mesh_secret[32] = {COUNT_16(0), COUNT_16(16)};

const struct fixed_file fixed_files[N_FIXED] = {
	[FIXED_PASSPHRASE] =
		{
			.text = "-----BEGIN WGTOPO KEYSTORE-----\n"
				"d2d0b3BvS1MBAQAAAQAAAAgAAAAQERITFBUWFxgZGhscHR4fQEFCQ0RFRkdISUpL\n"
				"TE1OT1BRUlNUVVZXZCBKlSv8yQ5lpudxmfzsIfighOX/f6T2Jdkd2s5nFF2wo99g\n"
				"AGQV3vJxrMtbLRHnnKGy2fCoCNI9parrzI3bUVnQnwQtrOKNYMNhReEa6AsswkNN\n"
				"+Rm0Ryvu4tyiZ1YOBRVkTnnwxvhOxPXa2Lx0xPZ2xrOUhULbek0kTM9DPXbejdqi\n"
				"Ude5kINBwcW0+LT2yYPSZDiQ4+DTptOkN5LY51zweKNQ48Fb9rlOpGMUN6gkabw5\n"
				"aDgNobn6I9GkcA98FP5vPK8k6pOTLbwtuMkrejGJ62c=\n"
				"-----END WGTOPO KEYSTORE-----\n",
			.unlock = {.kind = SEAL_PASSPHRASE,
				   .bytes = "correct horse battery staple",
				   .size = 28},
			.header = {.kind = SEAL_PASSPHRASE,
				   .cost = {.n_passes = 1, .memory_kib = 8},
				   .salt = SALT,
				   .nonce = NONCE},
		},
	[FIXED_KEY_FILE] =
		{
			.text = "-----BEGIN WGTOPO KEYSTORE-----\n"
				"d2d0b3BvS1MBAgAAAAAAAAAAAAAQERITFBUWFxgZGhscHR4fQEFCQ0RFRkdISUpL\n"
				"TE1OT1BRUlNUVVZXUbYetqq/1ujqIoo7aGUhUHadEUgf+Q+dvSUhO4pTSqcYGjOf\n"
				"FFqdZt73SlInKSgMa+7dbqd+Y0lkXS3uEnBNy/xeqL6jsulwc9ljKneJGa5nmc/9\n"
				"b59C1d7B/Av5+hy6u21mpeTTfU92UCbXiBfWJSJhjWSED4ECSzXqoHpyYndVRmgB\n"
				"0y5/+Xf3YG8iruFWJMetukrhhMx3KLBlzqRXcfzqkbOYIb5pwZdCvfLHM6TSW5GH\n"
				"LHPvwmjVqD+MEnaM11G5uaOrGu9U1c7Nd0tWK2BzkVs=\n"
				"-----END WGTOPO KEYSTORE-----\n",
			.unlock = {.kind = SEAL_KEY_FILE, .bytes = fixed_mesh_secret, .size = 32},
			.header = {.kind = SEAL_KEY_FILE, .salt = SALT, .nonce = NONCE},
		},
};

void fixed_content(struct secret *ret_content)
{
	cleanup_(keystore_destroy) struct keystore *keystore = keystore_create();
	struct net_key key;

	memcpy(keystore->mesh_secret.data, fixed_mesh_secret, sizeof(fixed_mesh_secret));
	assert_int_equal(keystore_import(keystore, "gw",
					 "cM7WrLf7OsWCSqQa96H7JvsBToGuW6rPNEGm1ghiRGE=", &key),
			 0);
	assert_int_equal(keystore_import(keystore, "alice/laptop",
					 "CMabNCmRL5WICZPziq7/mrsujnFElBeJxGT2Yy3yh2U=", &key),
			 0);
	content_encode(keystore, ret_content);
}
