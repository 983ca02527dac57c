/* What is known of a LAC's hosts, and how long it rests between two rounds; see lac_hosts.h. */
#include "lac_hosts.h"

bool hosts_has(const struct hosts *h, const struct addr *host)
{
    for (size_t i = 0; i < h->n; i++)
        for (size_t a = 0; a < h->lines[i].n; a++)
            if (addr_same_host(&h->lines[i].addrs[a].addr, host))
                return true;
    return false;
}

bool hosts_is_fallback(const struct hosts *h, const struct addr *addr)
{
    if (h->share || h->n == 0)
        return false;
    for (size_t i = 0; i < h->n; i++)
        for (size_t a = 0; a < h->lines[i].n; a++)
            if (addr_same(&h->lines[i].addrs[a].addr, addr))
                return i > 0;
    return true; /* somewhere that we were sent to, or that the name no longer means */
}

const struct hosts_line *hosts_first_line(const struct hosts *h)
{
    return h->n > 0 ? &h->lines[0] : NULL;
}

void hosts_first_begin(struct hosts *h)
{
    for (size_t i = 0; h->n > 0 && i < h->lines[0].n; i++)
        h->lines[0].addrs[i].asked = false;
}

bool hosts_first(const struct hosts *h, uint64_t now, struct hosts_next *next, uint64_t *later)
{
    const struct hosts_line *l = hosts_first_line(h);

    *next = (struct hosts_next){.host = ""};
    *later = 0;
    for (size_t i = 0; l != NULL && i < l->n; i++) {
        bool is_open = l->addrs[i].locked_until <= now;

        if (is_open && !l->addrs[i].asked) {
            *next = (struct hosts_next){.host = l->host, .port = l->port, .addr = l->addrs[i].addr};
            return true;
        }
        if (!is_open && (*later == 0 || l->addrs[i].locked_until < *later))
            *later = l->addrs[i].locked_until;
    }
    return false;
}

uint64_t hosts_redial_ms(uint64_t base_ms, uint64_t cap_ms, unsigned n, uint32_t lot)
{
    uint64_t ms = base_ms, part;

    for (; n > 1 && ms < cap_ms; n--)
        ms *= 2;
    if (ms > cap_ms)
        ms = cap_ms;
    if (ms <= base_ms) {
        part = base_ms / 8 < HOSTS_JITTER_MS ? base_ms / 8 : HOSTS_JITTER_MS;
        return base_ms + (part * lot >> 32);
    }
    part = ms / 2 < ms - base_ms ? ms / 2 : ms - base_ms;
    return ms - (part * lot >> 32);
}
