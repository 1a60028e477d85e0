/* SPDX-License-Identifier: MIT */
#pragma once

/* The page's files, as embed.py puts them into the program. */

extern const char report_page[]; /* page.html with style and script, and marks for the rest */
extern const char report_drawing_css[]; /* the style of a drawing that stands alone */
