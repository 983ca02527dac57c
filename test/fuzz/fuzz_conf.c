/* Whatever stands in a configuration file, reading it neither crashes nor leaks, and every problem
 * is one line that can be printed.  Names are not looked up. */
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

#include "host/conf.h"

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                struct addrinfo **res)
{
    (void)node, (void)service, (void)hints, (void)res;
    return EAI_NONAME;
}

static void tell(void *ctx, bool warning, const char *line)
{
    unsigned *errors = ctx;

    *errors += !warning;
    for (; *line != '\0'; line++) {
        if ((unsigned char)*line < ' ' || (unsigned char)*line > '~')
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct addr peer = addr_ip4(0xc0000205, 1701);
    unsigned errors = 0;
    struct conf *c = conf_parse("fuzz", (const char *)data, size, tell, &errors);

    if ((c == NULL) != (errors > 0))
        abort();
    if (c != NULL) {
        conf_match_lns(c, &peer);
        for (struct conf_lns *lns = c->lns; lns != NULL; lns = lns->next) {
            if (!conf_same_lns(lns, lns) || conf_find_lns(c, lns->name) == NULL)
                abort();
        }
        for (struct conf_lac *lac = c->lac; lac != NULL; lac = lac->next) {
            if (!conf_same_lac(lac, lac) || conf_find_lac(c, lac->name) == NULL)
                abort();
        }
    }
    conf_free(c);
    return 0;
}
