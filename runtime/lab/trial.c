/* SPDX-License-Identifier: MIT */

/* Relayed pairs without their relay. */

#include "runtime/lab/trial.h"

#include "base/arena.h"
#include "base/map.h"
#include "runtime/lab/expect.h"

enum {
	SET_AT_ONCE = 8,
	/* Two ends that start at the same moment have their handshakes cross, and lose both. */
	STAGGER_MS = 2500,
};

/* Two hosts that are relayed. */
struct trial_pair {
	const struct lab_host *ends[2];
	bool has_endpoint[NET_N_FAMILIES]; /* one end at least knows where the other would be */
	bool has_handshake;
};

struct trial {
	struct arena *arena;
	const struct world *world;
	const struct lab_hosts *hosts;
	enum net_family family; /* of the endpoints */
	vec_of(struct trial_pair) pairs;
};

/* The words of `wg set` on one host, for all of its peers in the trial. */
struct setting {
	vec_of(const char *) words;
};

/* Its routing table decides by which way it leaves: the compiler relays, and promises nothing. */
static bool has_several_ways(const struct manifest_host *host)
{
	vec_foreach(attachment, &host->attachments) {
		if (attachment->site->index == 0)
			return false;
	}
	return host->attachments.n_items > 1;
}

/* A NAT that keeps the first flow's port only: a tunnel comes up by luck, which is not promised. */
static bool is_lucky(const struct manifest_host *host)
{
	vec_foreach(attachment, &host->attachments) {
		for (const struct manifest_site *site = attachment->site; site->index != 0;
		     site = site->inside) {
			const struct manifest_box *box = &site->box[NET_IPV4];

			if (box->mapping > MANIFEST_MAPPING_ENDPOINT_INDEPENDENT &&
			    box->port_preservation)
				return true;
		}
	}
	return false;
}

static bool is_candidate(const struct manifest *manifest, const struct manifest_host *from,
			 const struct manifest_host *to)
{
	const struct manifest_host *via;

	return from->kind != MANIFEST_DEVICE && to->kind != MANIFEST_DEVICE &&
	       manifest_verdict(manifest, from, to, &via) == MANIFEST_RELAY &&
	       !manifest_is_linked(manifest, from, to) && !has_several_ways(from) &&
	       !has_several_ways(to) && !is_lucky(from) && !is_lucky(to);
}

static void add_pair(struct trial *trial, const struct lab_host *one, const struct lab_host *other)
{
	struct trial_pair *pair = vec_push(trial->arena, &trial->pairs);

	pair->ends[0] = one;
	pair->ends[1] = other;
	for (enum net_family family = NET_IPV4; family < NET_N_FAMILIES; family++) {
		struct net_address address;

		pair->has_endpoint[family] =
			world_outer_address(trial->world, one->host, other->host, family,
					    &address) ||
			world_outer_address(trial->world, other->host, one->host, family, &address);
	}
}

/* Whether the pair is the first of its two classes. */
static bool is_new_kind(struct trial *trial, struct map *kinds, const struct manifest_host *one,
			const struct manifest_host *other)
{
	size_t low = one->class < other->class ? one->class : other->class;
	size_t high = one->class < other->class ? other->class : one->class;
	const char *key = arena_printf(trial->arena, "%zu %zu", low, high);

	return map_put(trial->arena, kinds, key, trial) == NULL;
}

/* One of each kind first, then others as long as there is room. Returns how many are left out. */
static size_t choose_pairs(struct trial *trial)
{
	const struct lab_hosts *hosts = trial->hosts;
	size_t n_hosts = hosts->manifest->n_hosts;
	vec_of(struct trial_pair) others = {0};
	struct map kinds = {0};
	size_t n_left_out = 0;

	for (size_t i = 0; i < n_hosts; i++) {
		for (size_t k = i + 1; k < n_hosts; k++) {
			const struct lab_host *one = &hosts->items[i];
			const struct lab_host *other = &hosts->items[k];

			if (!is_candidate(hosts->manifest, one->host, other->host))
				continue;
			if (trial->pairs.n_items < TRIAL_MOST_PAIRS &&
			    is_new_kind(trial, &kinds, one->host, other->host)) {
				add_pair(trial, one, other);
			} else if (others.n_items < TRIAL_MOST_PAIRS) {
				*vec_push(trial->arena, &others) =
					(struct trial_pair){.ends = {one, other}};
			} else {
				n_left_out++;
			}
		}
	}
	vec_foreach(pair, &others) {
		if (trial->pairs.n_items < TRIAL_MOST_PAIRS) {
			add_pair(trial, pair->ends[0], pair->ends[1]);
		} else {
			n_left_out++;
		}
	}
	return n_left_out;
}

/* The endpoint that one would write for the host, or NULL. */
static const char *endpoint_of(const struct trial *trial, const struct manifest_host *host,
			       const struct manifest_host *seen_by)
{
	struct net_address address;
	char buffer[NET_ADDRESS_TEXT];

	if (!world_outer_address(trial->world, host, seen_by, trial->family, &address))
		return NULL;
	return arena_printf(trial->arena, trial->family == NET_IPV4 ? "%s:%u" : "[%s]:%u",
			    net_address_format(&address, buffer),
			    (unsigned int)expect_port(host, seen_by, trial->family));
}

static void add_words(struct trial *trial, struct setting *setting, const char *const *words)
{
	for (; *words != NULL; words++)
		*vec_push(trial->arena, &setting->words) = *words;
}

static void add_peer(struct trial *trial, struct setting *setting, const struct lab_host *on,
		     const struct lab_host *peer, bool is_removed)
{
	const char *endpoint = endpoint_of(trial, peer->host, on->host);
	const char *const name[] = {"peer", peer->public_key, NULL};
	const char *const gone[] = {"remove", NULL};
	const char *const found[] = {"endpoint", endpoint, NULL};
	const char *const alive[] = {"persistent-keepalive", "5", NULL};

	add_words(trial, setting, name);
	if (is_removed) {
		add_words(trial, setting, gone);
		return;
	}
	if (endpoint != NULL)
		add_words(trial, setting, found);
	add_words(trial, setting, alive);
}

/* Adds or removes the entries of one end of all pairs, with one command a host. */
static int set_peers(struct trial *trial, size_t side, bool is_removed, struct text *fault)
{
	size_t n_hosts = trial->hosts->manifest->n_hosts;
	struct setting *settings = ARENA_ARRAY(trial->arena, struct setting, n_hosts);
	struct command *commands = ARENA_ARRAY(trial->arena, struct command, n_hosts);
	size_t n_commands = 0;
	int r;

	vec_foreach(pair, &trial->pairs) {
		struct setting *setting;

		if (!pair->has_endpoint[trial->family])
			continue;
		setting = &settings[pair->ends[side]->host->index];
		if (setting->words.n_items == 0) {
			const char *const start[] = {"wg", "set", pair->ends[side]->host->interface,
						     NULL};

			add_words(trial, setting, start);
		}
		add_peer(trial, setting, pair->ends[side], pair->ends[1 - side], is_removed);
	}
	for (size_t i = 0; i < n_hosts; i++) {
		if (settings[i].words.n_items == 0)
			continue;
		*vec_push(trial->arena, &settings[i].words) = NULL;
		commands[n_commands++] = (struct command){
			.subject = trial->hosts->items[i].host->name,
			.argv = settings[i].words.items,
			.place = trial->hosts->items[i].place,
		};
	}
	r = commands_run(trial->arena, commands, n_commands, SET_AT_ONCE);
	commands_describe_fault(commands, n_commands, fault);
	commands_finish(commands, n_commands);
	return r;
}

static void note_handshake(void *context, const struct lab_host *on, const struct lab_host *peer,
			   const char *value)
{
	struct trial *trial = context;

	if (strcmp(value, "0") == 0)
		return;
	vec_foreach(pair, &trial->pairs) {
		if ((pair->ends[0] == on && pair->ends[1] == peer) ||
		    (pair->ends[1] == on && pair->ends[0] == peer))
			pair->has_handshake = true;
	}
}

static void judge(const struct trial *trial, struct report *report)
{
	struct report_disagreement about = {
		.where = trial->family == NET_IPV4 ? "over IPv4" : "over IPv6",
		.when = "with a peer entry for each other",
		.seen = "a handshake: these two can talk",
	};

	vec_foreach(pair, &trial->pairs) {
		cleanup_(text_finish) struct text expected = {0};

		if (!pair->has_handshake)
			continue;
		pair->has_handshake = false;
		expect_describe(trial->world->manifest, pair->ends[0]->host, pair->ends[1]->host,
				&expected);
		about.expected = expected.data;
		report_disagree(report, pair->ends[0]->host, pair->ends[1]->host, &about);
	}
}

static int try_family(struct trial *trial, struct report *report, struct text *fault)
{
	bool has_any = false;
	int r;

	vec_foreach(pair, &trial->pairs)
		has_any = has_any || pair->has_endpoint[trial->family];
	if (!has_any)
		return 0;
	r = set_peers(trial, 0, false, fault);
	command_sleep_ms(STAGGER_MS);
	if (r == 0)
		r = set_peers(trial, 1, false, fault);
	if (r != 0)
		return r;
	command_sleep_ms((uint64_t)TRIAL_WAIT_S * 1000);
	r = hosts_show(trial->arena, trial->hosts, "latest-handshakes", note_handshake, trial,
		       fault);
	if (r != 0)
		return r;
	judge(trial, report);
	r = set_peers(trial, 0, true, fault);
	return r != 0 ? r : set_peers(trial, 1, true, fault);
}

int trial_run(struct arena *arena, const struct build *build, const struct lab_hosts *hosts,
	      struct report *report, struct text *fault)
{
	struct trial trial = {.arena = arena, .world = build->world, .hosts = hosts};
	int r = 0;

	report->n_untried = choose_pairs(&trial);
	vec_foreach(pair, &trial.pairs) {
		bool is_tried = pair->has_endpoint[NET_IPV4] || pair->has_endpoint[NET_IPV6];

		report->n_tried += is_tried;
		report->n_untried += !is_tried;
	}
	for (enum net_family family = NET_IPV4; family < NET_N_FAMILIES && r == 0; family++) {
		trial.family = family;
		r = try_family(&trial, report, fault);
	}
	return r;
}
