/* screen: a page that is shown again and again: on a terminal as much of it as fits, in place of the
 * last one; elsewhere whole, one behind the other. */
#ifndef TOOL_SCREEN_H
#define TOOL_SCREEN_H

#include <stdbool.h>
#include <stdio.h>

/* Shows it.  Lines are cut at the terminal's width; if its height is too little, that is said. */
void screen_show(FILE *out, const char *page);

/* Waits so long; false: nobody sees what is shown any more. */
bool screen_wait(FILE *out, unsigned seconds);

#endif
