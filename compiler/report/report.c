/* SPDX-License-Identifier: MIT */

/* The formats of a report. */

#include "compiler/report/report.h"

#include <string.h>

#include "compiler/report/parts.h"

const struct report_format report_formats[] = {
	{"html", "<meta name=\"generator\" content=\"wgtopo report\">", report_write_html},
	{"dot", "// Made by wgtopo report.", report_write_dot},
	{"mermaid", "%% Made by wgtopo report.", report_write_mermaid},
	{"svg", "<!-- Made by wgtopo report. -->", report_write_svg},
};

const size_t n_report_formats = sizeof(report_formats) / sizeof(report_formats[0]);

const struct report_format *report_find_format(const char *name)
{
	for (size_t i = 0; i < n_report_formats; i++) {
		if (strcmp(report_formats[i].name, name) == 0)
			return &report_formats[i];
	}
	return NULL;
}
