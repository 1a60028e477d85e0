/* SPDX-License-Identifier: MIT */

/*
 * Edits documents, for test_edit.py. Each line of the input is a request
 *
 *	put DOCUMENT VALUE KEY...
 *	remove DOCUMENT KEY...
 *
 * whose words are "x" and the bytes in hexadecimal. The line that answers it is
 *
 *	RESULT FINDINGS FINDINGS-AFTER BEGIN END DOCUMENT
 *
 * with the result of the edit, what the parser found in the document before and after it, its range
 * and the document after it. A document that cannot be read at all has the result -1.
 */

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/diag/diag.h"
#include "base/source.h"
#include "base/text.h"
#include "compiler/edit/edit.h"
#include "compiler/parse/node.h"
#include "compiler/parse/parse.h"

enum {
	MAX_WORDS = 40,
};

struct word {
	const char *bytes;
	size_t length;
};

struct request {
	bool is_put;
	struct word document;
	const char *value;
	const char *path[MAX_WORDS];
	size_t n_path;
};

struct answer {
	int result;
	size_t n_findings;
	size_t n_findings_after;
	struct edit edit;
	struct word document;
};

static unsigned int digit_of(char c)
{
	return (unsigned int)(c <= '9' ? c - '0' : c - 'a' + 10);
}

static struct word decode(struct arena *arena, const char *word)
{
	size_t length = strlen(word) / 2;
	char *bytes = arena_alloc(arena, length + 1);

	for (size_t i = 0; i < length; i++)
		bytes[i] = (char)(digit_of(word[1 + 2 * i]) << 4 | digit_of(word[2 + 2 * i]));
	return (struct word){bytes, length};
}

static struct request read_request(struct arena *arena, char *line)
{
	struct request request = {0};
	char *rest = NULL;
	const char *word = strtok_r(line, " \n", &rest);

	request.is_put = word != NULL && strcmp(word, "put") == 0;
	word = strtok_r(NULL, " \n", &rest);
	assert(word != NULL);
	request.document = decode(arena, word);
	while ((word = strtok_r(NULL, " \n", &rest)) != NULL && request.n_path < MAX_WORDS) {
		const char *bytes = decode(arena, word).bytes;

		if (request.is_put && request.value == NULL) {
			request.value = bytes;
		} else {
			request.path[request.n_path++] = bytes;
		}
	}
	return request;
}

static const struct node *parse(struct arena *arena, struct word document, size_t *ret_n_findings)
{
	struct diag_bag diags = {.arena = arena};
	const struct source *source =
		source_create(arena, "topology.yaml", document.bytes, document.length);
	const struct node *root = parse_source(arena, source, &diags);

	*ret_n_findings = diags.items.n_items;
	return root;
}

static struct answer answer_request(struct arena *arena, const struct request *request)
{
	struct answer answer = {.result = -1};
	const struct node *root = parse(arena, request->document, &answer.n_findings);

	if (root == NULL)
		return answer;
	if (request->is_put) {
		answer.result = edit_put(arena, root, request->path, request->n_path,
					 request->value, &answer.edit);
	} else {
		answer.result =
			edit_remove(arena, root, request->path, request->n_path, &answer.edit);
	}
	if (answer.result != 0)
		return answer;
	assert(answer.edit.begin <= answer.edit.end);
	assert(answer.edit.end <= request->document.length);
	answer.document.bytes = edit_apply(arena, &answer.edit, &answer.document.length);
	(void)parse(arena, answer.document, &answer.n_findings_after);
	return answer;
}

static void print_answer(const struct answer *answer)
{
	(void)printf("%d %zu %zu %u %u x", answer->result, answer->n_findings,
		     answer->n_findings_after, answer->edit.begin, answer->edit.end);
	for (size_t i = 0; i < answer->document.length; i++)
		(void)printf("%02x", (unsigned char)answer->document.bytes[i]);
	(void)puts("");
}

int main(void)
{
	char *line = NULL;
	size_t capacity = 0;

	while (getline(&line, &capacity, stdin) > 0) {
		struct arena *arena = arena_create();
		struct request request = read_request(arena, line);
		struct answer answer = answer_request(arena, &request);

		print_answer(&answer);
		(void)arena_destroy(arena);
	}
	free(line);
	return 0;
}
