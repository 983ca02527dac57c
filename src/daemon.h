/* daemon: who decides: events of the engine become actions, and actions verbs of the engine. */
#ifndef DAEMON_H
#define DAEMON_H

#include "hub.h"

struct daemon_options {
    const char *ident;
    const char *conf_file;
    const char *secrets_file; /* NULL: key "auth file", or the default */
    const char *secrets_default;
    const char *fifo;
    uint8_t tos; /* of control messages */
};

/* Takes the configuration over, makes the loop, catches signals, binds the sockets and the FIFO.
 * NULL after saying why, with what to do about it. */
struct hub *daemon_new(const struct daemon_options *o, struct conf *conf);

/* The LACs with autodial are dialled.  A daemon in front that is for one of them alone ends with it
 * (trouble.h). */
void daemon_start(struct hub *h, bool in_front);

void daemon_run(struct hub *h);         /* until it has been stopped in good order */
int daemon_status(const struct hub *h); /* what it is to exit with */
void daemon_free(struct hub *h);

#endif
