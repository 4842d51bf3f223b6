/* cli/page.h - text as it looks in 80 columns of a terminal. */
#ifndef CLI_PAGE_H
#define CLI_PAGE_H

#include <stdbool.h>
#include <stdio.h>

enum { PAGE_WIDTH = 80 };

/* A line of its own. */
void page_heading(FILE *out, bool colour, const char *text);

/* Wraps text whose first line begins at column `at`, where the line stands, and whose others are
 * indented by `indent`; ends the line. */
void page_text(FILE *out, int at, int indent, const char *text);

/* Markdown as plain text: paragraphs and items wrapped, code as it stands, marks of headings and
 * of bold taken away. */
void page_markdown(FILE *out, int indent, const char *text);

#endif
