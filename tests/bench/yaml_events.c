/* SPDX-License-Identifier: MIT */

/*
 * The floor that reading a topology stands on: every libyaml event of a file, and nothing done with
 * it. bench.py runs this beside the compiler.
 */

#include <stdbool.h>
#include <stdio.h>
#include <yaml.h>

static bool walk(yaml_parser_t *parser, size_t *ret_n_events)
{
	size_t n_events = 0;

	for (bool is_done = false; !is_done;) {
		yaml_event_t event;

		if (!yaml_parser_parse(parser, &event))
			return false;
		is_done = event.type == YAML_STREAM_END_EVENT;
		n_events++;
		yaml_event_delete(&event);
	}
	*ret_n_events = n_events;
	return true;
}

int main(int argc, char **argv)
{
	FILE *file = argc == 2 ? fopen(argv[1], "rb") : NULL;
	yaml_parser_t parser;
	size_t n_events = 0;
	bool is_right;

	if (file == NULL || !yaml_parser_initialize(&parser)) {
		(void)fprintf(stderr, "usage: yaml_events FILE\n");
		return 2;
	}
	yaml_parser_set_input_file(&parser, file);
	is_right = walk(&parser, &n_events);
	yaml_parser_delete(&parser);
	(void)fclose(file);
	printf("%zu events\n", n_events);
	return is_right ? 0 : 1;
}
