/* SPDX-License-Identifier: MIT */

/* Digests, records, and the two files that hold them. */

#include "compiler/publish/record.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/text.h"
#include "compiler/publish/digest.h"
#include "compiler/publish/lines.h"
#include "compiler/publish/manifest.h"
#include "compiler/publish/stage.h"

struct fixture {
	struct arena *arena;
	struct records records;
	int fd; /* a file without a name */
};

static int setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	assert_non_null(fixture);
	fixture->arena = arena_create();
	records_init(&fixture->records, fixture->arena, 0);
	fixture->fd = open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	assert_true(fixture->fd >= 0);
	*state = fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	(void)close(fixture->fd);
	(void)arena_destroy(fixture->arena);
	free(fixture);
	return 0;
}

static void test_digest_hex(void **state)
{
	char hex[DIGEST_HEX_SIZE + 1] = "";
	struct digest digest = digest_of("one\n", 4);
	struct digest back;

	(void)state;
	digest_put_hex(digest.words, hex);
	assert_string_equal(hex, "06567c16a1de182538d12e73f626d650"); /* xxhsum -H2 */
	assert_true(digest_get_hex(hex, back.words));
	assert_true(digest_is_equal(digest, back));
	hex[31] = 'F';
	assert_false(digest_get_hex(hex, back.words));
	hex[31] = '\0';
	assert_false(digest_get_hex(hex, back.words));
}

static void test_records_add(void **state)
{
	struct fixture *fixture = *state;
	struct records *records = &fixture->records;
	struct record *first;
	struct record *again;
	struct record *network;

	assert_int_equal(records_add(records, "hosts/b", "b", &first), 0);
	assert_int_equal(records_add(records, "hosts/b", "b", &again), 0);
	assert_ptr_equal(first, again);
	assert_int_equal(records_add(records, "hosts/a", NULL, &network), 0);
	assert_ptr_equal(records_find(records, "hosts/a"), network);
	assert_null(records_find(records, "hosts/c"));
	assert_true(record_has_host(first, "b"));
	assert_false(record_has_host(first, NULL));
	assert_true(record_has_host(network, NULL));
	records_sort(records);
	assert_ptr_equal(records->list.items[0], network);
}

static void test_records_add_bad(void **state)
{
	struct fixture *fixture = *state;
	char deep[2 * 40];
	char *long_name = arena_alloc(fixture->arena, 300);
	struct record *record;

	for (size_t i = 0; i < sizeof(deep); i++)
		deep[i] = i % 2 == 0 ? 'd' : '/';
	deep[sizeof(deep) - 1] = '\0';
	memset(long_name, 'n', 256);
	assert_int_equal(records_add(&fixture->records, deep, NULL, &record), -EINVAL);
	assert_int_equal(records_add(&fixture->records, long_name, NULL, &record), -EINVAL);
	assert_int_equal(records_add(&fixture->records, "manifest.json/x", NULL, &record), -EINVAL);
	assert_int_equal(records_add(&fixture->records, "x", "-", &record), -EINVAL);
	assert_int_equal(records_add(&fixture->records, "x", "", &record), -EINVAL);
	assert_int_equal(records_add(&fixture->records, "x", "a b", &record), -EINVAL);
	assert_int_equal(records_add(&fixture->records, "a.b/..x/manifest.json", NULL, &record), 0);
}

/* Many lines, longer than one read, and one that is longer than the buffer. */
static void test_lines_round_trip(void **state)
{
	struct fixture *fixture = *state;
	cleanup_(line_writer_finish) struct line_writer writer = {0};
	cleanup_(line_reader_finish) struct line_reader reader = {0};
	struct digest digest;
	char *line;
	size_t length;

	line_writer_init(&writer, fixture->fd);
	for (unsigned int i = 0; i < 30000; i++) {
		text_printf(&writer.buffer, "line %u\n", i);
		assert_int_equal(line_writer_spill(&writer), 0);
	}
	memset(text_reserve(&writer.buffer, 300000), 'x', 300000);
	writer.buffer.length += 300000;
	text_puts(&writer.buffer, "\n\n");
	assert_int_equal(line_writer_flush(&writer, &digest), 0);
	assert_int_equal(lseek(fixture->fd, 0, SEEK_SET), 0);

	line_reader_init(&reader, fixture->fd);
	for (unsigned int i = 0; i < 30000; i++) {
		char expected[32];

		(void)snprintf(expected, sizeof(expected), "line %u", i);
		assert_int_equal(line_reader_next(&reader, &line, &length), 1);
		assert_string_equal(line, expected);
		assert_int_equal(length, strlen(expected));
	}
	assert_int_equal(line_reader_next(&reader, &line, &length), 1);
	assert_int_equal(length, 300000);
	assert_int_equal(line_reader_next(&reader, &line, &length), 1);
	assert_int_equal(length, 0);
	assert_int_equal(line_reader_next(&reader, &line, &length), 0);
	assert_true(digest_is_equal(line_reader_digest(&reader), digest));
	assert_int_equal(reader.size, writer.size);
}

static void test_lines_not_terminated(void **state)
{
	struct fixture *fixture = *state;
	cleanup_(line_reader_finish) struct line_reader reader = {0};
	char *line;
	size_t length;

	assert_int_equal(file_write_all(fixture->fd, "a\nb", 3), 0);
	assert_int_equal(lseek(fixture->fd, 0, SEEK_SET), 0);
	line_reader_init(&reader, fixture->fd);
	assert_int_equal(line_reader_next(&reader, &line, &length), 1);
	assert_int_equal(line_reader_next(&reader, &line, &length), -EBADMSG);
}

static void write_manifest(struct fixture *fixture, const char *intent_text)
{
	cleanup_(line_writer_finish) struct line_writer writer = {0};
	cleanup_(text_finish) struct text intent = {0};
	struct digest digest;

	text_puts(&intent, intent_text);
	line_writer_init(&writer, fixture->fd);
	assert_int_equal(manifest_file_write(&writer, &intent, &fixture->records), 0);
	assert_int_equal(line_writer_flush(&writer, &digest), 0);
	assert_int_equal(lseek(fixture->fd, 0, SEEK_SET), 0);
}

static void test_manifest_round_trip(void **state)
{
	static const char intent_text[] = "\"format\": 1,\n\"hosts\": {\n \"files\": [\n ]\n}";
	struct fixture *fixture = *state;
	cleanup_(text_finish) struct text intent = {0};
	struct content content = {0};
	struct records back;
	struct record *record;

	assert_int_equal(records_add(&fixture->records, "a/\"quoted\" \\ \xc3\xbc", "h", &record),
			 0);
	record->content = (struct content){.digest = {{1, 2}}, .size = 3, .mode = 0640};
	assert_int_equal(records_add(&fixture->records, "gone", "h", &record), 0);
	record->is_removed = true;
	write_manifest(fixture, intent_text);
	records_init(&back, fixture->arena, 0);
	assert_int_equal(manifest_file_read(fixture->fd, &back, &intent, &content), 0);
	assert_int_equal(back.list.n_items, 1);
	record = back.list.items[0];
	assert_string_equal(record->path, "a/\"quoted\" \\ \xc3\xbc");
	assert_true(record_has_host(record, "h"));
	assert_true(record->is_published);
	assert_true(digest_is_equal(record->content.digest, (struct digest){{1, 2}}));
	assert_int_equal(record->content.size, 3);
	assert_int_equal(record->content.mode, 0640);
	assert_int_equal(intent.length, strlen(intent_text));
	assert_memory_equal(intent.data, intent_text, intent.length);
	assert_int_equal(content.size, lseek(fixture->fd, 0, SEEK_END));
}

static void test_manifest_empty(void **state)
{
	struct fixture *fixture = *state;
	cleanup_(text_finish) struct text intent = {0};
	struct content content = {0};
	char bytes[64] = "";

	write_manifest(fixture, "");
	assert_true(pread(fixture->fd, bytes, sizeof(bytes) - 1, 0) > 0);
	assert_string_equal(bytes, "{\n\"files\": [\n]\n}\n");
	assert_int_equal(manifest_file_read(fixture->fd, &fixture->records, &intent, &content), 0);
	assert_int_equal(intent.length, 0);
	assert_int_equal(fixture->records.list.n_items, 0);
}

/* Older than the clock's tick in which it was written, so that every later write shows. */
static void test_stage_write_dates_back(void **state)
{
	char base[] = "/tmp/publish-stage-XXXXXX";
	struct stage stage;
	struct stat status;
	int root;

	(void)state;
	assert_non_null(mkdtemp(base));
	root = open(base, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(stage_open(&stage, root), 0);
	assert_int_equal(stage_write(&stage, "0", "text", 4, 0600, &status), 0);
	assert_int_equal(status.st_size, 4);
	assert_true(status.st_mtim.tv_sec < status.st_ctim.tv_sec ||
		    status.st_mtim.tv_nsec < status.st_ctim.tv_nsec);
	assert_int_equal(stage_write(&stage, "0", "text", 4, 0600, &status), -EEXIST);
	assert_int_equal(stage_clear(&stage), 0);
	(void)close(root);
	assert_int_equal(rmdir(base), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_digest_hex),           TEST(test_records_add),
		TEST(test_records_add_bad),      TEST(test_lines_round_trip),
		TEST(test_lines_not_terminated), TEST(test_manifest_round_trip),
		TEST(test_manifest_empty),       TEST(test_stage_write_dates_back),
	};

	return cmocka_run_group_tests_name("compiler/publish/record", tests, NULL, NULL);
}
