/* metrics: the page of metrics (render.h) in a file, written anew at an interval, for who collects
 * files: keys "metrics file" and "metrics interval".
 *
 * A reader sees a whole page or none: it is written beside the file, in parts between which the
 * daemon goes on, and put in its place when it is whole.  An error is told once, and again only
 * after a page has been written. */
#ifndef METRICS_H
#define METRICS_H

#include "hub.h"

/* As the configuration in force has it: begins, goes on, or stops.  A file that is not to be
 * written any more is removed, as its numbers would grow old. */
void metrics_apply(struct hub *h);

/* The daemon goes: the file too. */
void metrics_close(struct hub *h);

#endif
