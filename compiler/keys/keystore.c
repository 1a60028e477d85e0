/* SPDX-License-Identifier: MIT */

/*
 * Names and public keys are no secrets and lie in an arena, with one array of pointers per order.
 * Private keys lie in one piece of locked memory: a piece for each would cost four pages, and the
 * kernel counts mappings.
 */

#include "compiler/keys/keystore.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "compiler/keys/keystore_parts.h"
#include "compiler/keys/preshared.h"

_Static_assert(crypto_scalarmult_SCALARBYTES == NET_KEY_SIZE, "X25519");

int keystore_entry_compare(const struct keystore_entry *a, const struct keystore_entry *b)
{
	int order = strcmp(a->name, b->name);

	return order != 0 ? order : net_key_compare(&a->public_key, &b->public_key);
}

static int compare_keys(const struct keystore_entry *a, const struct keystore_entry *b)
{
	return net_key_compare(&a->public_key, &b->public_key);
}

/* The index of the first entry that is not below `entry`. */
static size_t place_of(const struct keystore_order *order, const struct keystore_entry *entry,
		       int (*compare)(const struct keystore_entry *, const struct keystore_entry *))
{
	size_t low = 0;
	size_t high = order->n_items;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare(order->items[middle], entry) < 0) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low;
}

/* The entry of the key, or NULL. */
static struct keystore_entry *find(const struct keystore *keystore,
				   const struct net_key *public_key)
{
	const struct keystore_order *order = &keystore->by_key;
	struct keystore_entry wanted = {.public_key = *public_key};
	size_t index = place_of(order, &wanted, compare_keys);

	if (index == order->n_items || compare_keys(order->items[index], &wanted) != 0)
		return NULL;
	return order->items[index];
}

static void insert(struct arena *arena, struct keystore_order *order, size_t index,
		   struct keystore_entry *entry)
{
	struct keystore_entry **place;

	(void)vec_push(arena, order);
	place = order->items + index;
	memmove(place + 1, place, (order->n_items - 1 - index) * sizeof(struct keystore_entry *));
	*place = entry;
}

static void take_out(struct keystore_order *order, size_t index)
{
	struct keystore_entry **place = order->items + index;

	order->n_items--;
	memmove(place, place + 1, (order->n_items - index) * sizeof(struct keystore_entry *));
}

static uint8_t *slot_of(const struct keystore *keystore, const struct keystore_entry *entry)
{
	return (uint8_t *)keystore->private_keys.data + entry->slot * NET_KEY_SIZE;
}

const uint8_t *keystore_private_key(const struct keystore *keystore,
				    const struct keystore_entry *entry)
{
	return slot_of(keystore, entry);
}

/* A new entry like `like`, in no order yet. */
static struct keystore_entry *new_entry(struct keystore *keystore,
					const struct keystore_entry *like,
					const uint8_t private_key[static NET_KEY_SIZE])
{
	struct keystore_entry *entry = ARENA_NEW(keystore->arena, struct keystore_entry);

	assert(keystore_name_is_valid(like->name));
	entry->name = arena_copy(keystore->arena, like->name, strlen(like->name));
	entry->public_key = like->public_key;
	entry->slot = keystore->private_keys.length / NET_KEY_SIZE;
	secret_append(&keystore->private_keys, (const char *)private_key, NET_KEY_SIZE);
	return entry;
}

/* Adds a pair whose public key is not there. */
static void add(struct keystore *keystore, const struct keystore_entry *like,
		const uint8_t private_key[static NET_KEY_SIZE])
{
	struct keystore_entry *entry = new_entry(keystore, like, private_key);

	insert(keystore->arena, &keystore->by_name,
	       place_of(&keystore->by_name, entry, keystore_entry_compare), entry);
	insert(keystore->arena, &keystore->by_key, place_of(&keystore->by_key, entry, compare_keys),
	       entry);
}

struct keystore_entry *keystore_append(struct keystore *keystore,
				       const struct keystore_entry *entry,
				       const uint8_t private_key[static NET_KEY_SIZE])
{
	struct keystore_entry *copy = new_entry(keystore, entry, private_key);

	*vec_push(keystore->arena, &keystore->by_name) = copy;
	*vec_push(keystore->arena, &keystore->by_key) = copy;
	return copy;
}

static int compare_places(const void *a, const void *b)
{
	return compare_keys(*(struct keystore_entry *const *)a, *(struct keystore_entry *const *)b);
}

bool keystore_order_keys(struct keystore *keystore)
{
	struct keystore_order *order = &keystore->by_key;

	if (order->n_items == 0)
		return true;
	qsort(order->items, order->n_items, sizeof(struct keystore_entry *), compare_places);
	for (size_t i = 1; i < order->n_items; i++) {
		if (compare_keys(order->items[i - 1], order->items[i]) == 0)
			return false;
	}
	return true;
}

struct keystore *keystore_create(void)
{
	struct arena *arena = arena_create();
	struct keystore *keystore = ARENA_NEW(arena, struct keystore);

	keystore->arena = arena;
	keystore_renew_mesh_secret(keystore);
	return keystore;
}

struct keystore *keystore_destroy(struct keystore *keystore)
{
	if (keystore == NULL)
		return NULL;
	secret_finish(&keystore->mesh_secret);
	secret_finish(&keystore->private_keys);
	(void)arena_destroy(keystore->arena); /* the keystore itself lies in it */
	return NULL;
}

size_t keystore_n_entries(const struct keystore *keystore)
{
	return keystore->by_name.n_items;
}

const char *keystore_name(const struct keystore *keystore, size_t index)
{
	return keystore->by_name.items[index]->name;
}

const struct net_key *keystore_public_key(const struct keystore *keystore, size_t index)
{
	return &keystore->by_name.items[index]->public_key;
}

bool keystore_has(const struct keystore *keystore, const struct net_key *public_key)
{
	return find(keystore, public_key) != NULL;
}

/* No key is below that of zeros. */
bool keystore_has_name(const struct keystore *keystore, const char *name)
{
	const struct keystore_order *order = &keystore->by_name;
	const struct keystore_entry wanted = {.name = name};
	size_t index = place_of(order, &wanted, keystore_entry_compare);

	return index < order->n_items && strcmp(order->items[index]->name, name) == 0;
}

bool keystore_name_is_valid(const char *name)
{
	size_t length = strnlen(name, KEYSTORE_MAX_NAME + 1);

	for (size_t i = 0; i < length; i++) {
		if (name[i] < '!' || name[i] > '~')
			return false;
	}
	return length > 0 && length <= KEYSTORE_MAX_NAME;
}

/* Fixes the bits of a scalar that are not free (RFC 7748 section 5), as wg(8) does. */
static void clamp(char *private_key)
{
	private_key[0] = (char)(private_key[0] & 248);
	private_key[NET_KEY_SIZE - 1] = (char)((private_key[NET_KEY_SIZE - 1] & 127) | 64);
}

static struct net_key public_half(const char *private_key)
{
	struct net_key public_key;

	/* Never fails: it has a status for the sake of crypto_scalarmult(). */
	(void)crypto_scalarmult_base(public_key.bytes, (const uint8_t *)private_key);
	secret_wipe_stack();
	return public_key;
}

struct net_key keystore_generate(struct keystore *keystore, const char *name)
{
	cleanup_(secret_finish) struct secret private_key = {0};
	char *bytes = secret_reserve(&private_key, NET_KEY_SIZE);
	struct keystore_entry pair = {.name = name};

	randombytes_buf(bytes, NET_KEY_SIZE);
	clamp(bytes);
	pair.public_key = public_half(bytes);
	add(keystore, &pair, (const uint8_t *)bytes);
	return pair.public_key;
}

/* Appends the raw key. The text is canonical where the key, written again, is the same text. */
static int parse_private(const char *text, struct secret *ret_key)
{
	char *bytes = secret_reserve(ret_key, NET_KEY_SIZE + NET_KEY_TEXT);
	char *again = bytes + NET_KEY_SIZE;
	size_t size;

	if (strnlen(text, NET_KEY_TEXT) != NET_KEY_TEXT - 1)
		return KEYSTORE_E_SYNTAX;
	if (sodium_base642bin((uint8_t *)bytes, NET_KEY_SIZE, text, NET_KEY_TEXT - 1, NULL, &size,
			      NULL, sodium_base64_VARIANT_ORIGINAL) != 0 ||
	    size != NET_KEY_SIZE)
		return KEYSTORE_E_SYNTAX;
	(void)sodium_bin2base64(again, NET_KEY_TEXT, (const uint8_t *)bytes, NET_KEY_SIZE,
				sodium_base64_VARIANT_ORIGINAL);
	if (sodium_memcmp(again, text, NET_KEY_TEXT) != 0 ||
	    sodium_is_zero((const uint8_t *)bytes, NET_KEY_SIZE) == 1)
		return KEYSTORE_E_SYNTAX;
	ret_key->length += NET_KEY_SIZE;
	return 0;
}

int keystore_import(struct keystore *keystore, const char *name, const char *private_text,
		    struct net_key *ret_public_key)
{
	cleanup_(secret_finish) struct secret private_key = {0};
	struct keystore_entry pair = {.name = name};
	const struct keystore_entry *entry;
	int r = parse_private(private_text, &private_key);

	if (r != 0)
		return r;
	clamp(private_key.data);
	pair.public_key = public_half(private_key.data);
	entry = find(keystore, &pair.public_key);
	if (entry != NULL && strcmp(entry->name, name) != 0)
		return KEYSTORE_E_TAKEN;
	if (entry == NULL)
		add(keystore, &pair, (const uint8_t *)private_key.data);
	*ret_public_key = pair.public_key;
	return 0;
}

/* The slot is not used again: a keystore that is written and read has no gaps. */
void keystore_remove(struct keystore *keystore, const struct net_key *public_key)
{
	struct keystore_entry *entry = find(keystore, public_key);

	if (entry == NULL)
		return;
	take_out(&keystore->by_name, place_of(&keystore->by_name, entry, keystore_entry_compare));
	take_out(&keystore->by_key, place_of(&keystore->by_key, entry, compare_keys));
	sodium_memzero(slot_of(keystore, entry), NET_KEY_SIZE);
}

bool keystore_private_text(const struct keystore *keystore, const struct net_key *public_key,
			   char ret_text[static NET_KEY_TEXT])
{
	const struct keystore_entry *entry = find(keystore, public_key);

	if (entry == NULL)
		return false;
	(void)sodium_bin2base64(ret_text, NET_KEY_TEXT, slot_of(keystore, entry), NET_KEY_SIZE,
				sodium_base64_VARIANT_ORIGINAL);
	return true;
}

bool keystore_is_sound(const struct keystore *keystore, size_t index)
{
	const struct keystore_entry *entry = keystore->by_name.items[index];
	struct net_key public_key = public_half((const char *)slot_of(keystore, entry));

	return net_key_compare(&public_key, &entry->public_key) == 0;
}

static const uint8_t *mesh_secret_of(const struct keystore *keystore)
{
	return (const uint8_t *)keystore->mesh_secret.data;
}

void keystore_preshared_text(const struct keystore *keystore, const struct net_key *a,
			     const struct net_key *b, char ret_text[static NET_KEY_TEXT])
{
	preshared_derive(mesh_secret_of(keystore), a, b, ret_text);
}

uint64_t keystore_preshared_id(const struct keystore *keystore)
{
	return preshared_id(mesh_secret_of(keystore));
}

void keystore_renew_mesh_secret(struct keystore *keystore)
{
	secret_clear(&keystore->mesh_secret);
	randombytes_buf(secret_reserve(&keystore->mesh_secret, PRESHARED_SECRET_SIZE),
			PRESHARED_SECRET_SIZE);
	keystore->mesh_secret.length = PRESHARED_SECRET_SIZE;
}
