/* What the tests of l2tpd.conf share: names that are looked up here, what was told, a text as a
 * configuration. */
#ifndef CONF_RIG_H
#define CONF_RIG_H

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "host/conf.h"
#include "tap.h"

/* In place of the system's: two hosts have addresses, nothing is asked of the network. */
static unsigned asked; /* times that the system was asked for a name */

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                struct addrinfo **res)
{
    static struct sockaddr_in in;
    static struct addrinfo info;

    (void)service, (void)hints;
    asked++;
    if (strcmp(node, "lac1") != 0 && strcmp(node, "lac2") != 0 && strcmp(node, "my-host") != 0)
        return EAI_NONAME;
    in.sin_family = AF_INET;
    in.sin_addr.s_addr = htonl(node[0] == 'm'   ? 0xc0000263
                               : node[3] == '1' ? 0xc0000204
                                                : 0xc0000209);
    info.ai_addr = (struct sockaddr *)&in;
    *res = &info;
    return 0;
}

void freeaddrinfo(struct addrinfo *res)
{
    (void)res;
}

/* All that was told, a line each, "W " or "E " before it. */
static char told[65536];

static inline void tell(void *ctx, bool warning, const char *line)
{
    size_t n = strlen(told);

    (void)ctx;
    snprintf(told + n, sizeof told - n, "%s%s %s", n > 0 ? "\n" : "", warning ? "W" : "E", line);
}

static inline struct conf *parse(const char *text)
{
    told[0] = '\0';
    return conf_parse("f", text, strlen(text), tell, NULL);
}

static inline char *slurp(FILE *f, size_t *n)
{
    static char text[262144];

    *n = fread(text, 1, sizeof text - 1, f);
    text[*n] = '\0';
    return text;
}

#endif
