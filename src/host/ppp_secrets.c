/* pppd's file of secrets, read anew for each question, and wiped behind it.  See ppp_secrets.h. */
#include "host/ppp_secrets.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MOST ((size_t)1 << 20)
#define WORDS 3

struct word {
    size_t n;
    bool too_long;
    bool first; /* of its line */
    uint8_t octets[PPP_SECRET];
};

/* The file's octets, which the caller wipes and frees; NULL and why. */
static uint8_t *read_file(const char *path, size_t *n, const char **why)
{
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    struct stat st;
    uint8_t *text = NULL;
    ssize_t got;

    *why = "pppd's file of secrets cannot be read";
    if (fd < 0)
        return NULL;
    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || (size_t)st.st_size > FILE_MOST)
        *why = "pppd's file of secrets is no plain file of a sensible size";
    else if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0 || (st.st_uid != 0 && st.st_uid != geteuid()))
        *why = "others can write pppd's file of secrets";
    else
        text = malloc(FILE_MOST + 1);
    for (*n = 0; text != NULL && *n <= FILE_MOST; *n += (size_t)got) {
        got = read(fd, text + *n, FILE_MOST + 1 - *n);
        if (got < 0 && errno == EINTR)
            got = 0;
        else if (got <= 0)
            break;
    }
    close(fd);
    return text;
}

static bool is_blank(uint8_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static void put(struct word *w, uint8_t c)
{
    if (w->n < sizeof w->octets)
        w->octets[w->n++] = c;
    else
        w->too_long = true;
}

static int digit(uint8_t c, int base)
{
    int value = c >= '0' && c <= '9'   ? c - '0'
                : c >= 'a' && c <= 'f' ? c - 'a' + 10
                : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                       : 16;

    return value < base ? value : -1;
}

/* Up to most digits. */
static uint8_t number(struct rd *r, int base, unsigned most)
{
    unsigned value = 0;

    for (; most > 0 && rd_left(r) > 0 && digit(*r->p, base) >= 0; most--)
        value = value * (unsigned)base + (unsigned)digit(rd_u8(r), base);
    return (uint8_t)value;
}

/* What stands behind a backslash. */
static void escape(struct rd *r, struct word *w)
{
    static const char letters[] = "abfnrst", octets[] = "\a\b\f\n\r \t";
    uint8_t c = rd_left(r) > 0 ? *r->p : '\n';
    const char *at = c != '\0' ? strchr(letters, c) : NULL;

    if (digit(c, 8) >= 0) {
        put(w, number(r, 8, 3));
        return;
    }
    rd_u8(r);
    if (c == 'x')
        put(w, number(r, 16, 2));
    else if (at != NULL)
        put(w, (uint8_t)octets[at - letters]);
    else if (c != '\n') /* a line that goes on */
        put(w, c);
}

/* Blanks and comments. */
static void skip(struct rd *r, struct word *w)
{
    while (rd_left(r) > 0) {
        if (*r->p == '#')
            while (rd_left(r) > 0 && *r->p != '\n')
                rd_u8(r);
        else if (*r->p == '\\' && rd_left(r) > 1 && r->p[1] == '\n')
            rd_take(r, 2);
        else if (is_blank(*r->p))
            w->first = rd_u8(r) == '\n' || w->first;
        else
            return;
    }
}

static bool next_word(struct rd *r, struct word *w)
{
    uint8_t quote = 0;

    w->n = 0;
    w->too_long = false;
    w->first = false;
    skip(r, w);
    if (rd_left(r) == 0)
        return false;
    if (*r->p == '"' || *r->p == '\'')
        quote = rd_u8(r);
    while (rd_left(r) > 0) {
        uint8_t c = *r->p;

        if (quote == 0 && (is_blank(c) || c == '#'))
            break;
        rd_u8(r);
        if (quote != 0 && c == quote)
            break;
        if (c == '\\')
            escape(r, w);
        else
            put(w, c);
    }
    return true;
}

static bool is_wild(const struct word *w)
{
    return w->n == 1 && w->octets[0] == '*';
}

static bool fits(const struct word *w, struct span name)
{
    return !w->too_long && (is_wild(w) || span_eq(span_of(w->octets, w->n), name));
}

/* 0: the line is for others; else the more, the closer. */
static int closeness(const struct word words[WORDS], unsigned n, struct span client, struct span server)
{
    if (n < WORDS || !fits(&words[0], client) || !fits(&words[1], server) || words[2].too_long)
        return 0;
    return 1 + (is_wild(&words[0]) ? 0 : 2) + (is_wild(&words[1]) ? 0 : 1);
}

static int search(struct span text, struct span client, struct span server, struct word *secret)
{
    struct word words[WORDS], w = {.n = 0};
    struct rd r = rd_over(text);
    int best = 0, now;
    unsigned n = 0;
    bool more;

    do {
        more = next_word(&r, &w);
        if (more && !w.first && n > 0) {
            if (n < WORDS)
                words[n++] = w;
            continue;
        }
        now = closeness(words, n, client, server);
        if (now > best) {
            best = now;
            *secret = words[2];
        }
        words[0] = w;
        n = 1;
    } while (more);
    bytes_wipe(words, sizeof words);
    bytes_wipe(&w, sizeof w);
    return best;
}

/* "@/path": the secret is the first word of that file. */
static bool follow(struct word *secret, const char **why)
{
    char path[PPP_SECRET + 1];
    struct rd r;
    uint8_t *text;
    size_t n;
    bool found;

    if (secret->n < 2 || secret->octets[0] != '@' || secret->octets[1] != '/')
        return true;
    span_to_str(span_of(secret->octets + 1, secret->n - 1), path, sizeof path);
    text = read_file(path, &n, why);
    if (text == NULL)
        return false;
    r = rd_over(span_of(text, n));
    found = next_word(&r, secret) && !secret->too_long;
    *why = "the file that a secret is in has none";
    bytes_wipe(text, n);
    free(text);
    return found;
}

bool ppp_secrets_find(const char *path, struct span client, struct span server, uint8_t *dst,
                      size_t *n, const char **why)
{
    struct word secret = {.n = 0};
    size_t octets;
    uint8_t *text = read_file(path, &octets, why);
    bool found = false;

    if (text == NULL)
        return false;
    *why = "pppd's file of secrets has none for the caller";
    if (octets <= FILE_MOST && search(span_of(text, octets), client, server, &secret) > 0)
        found = follow(&secret, why);
    bytes_wipe(text, octets);
    free(text);
    *n = found ? secret.n : 0;
    if (found)
        memcpy(dst, secret.octets, secret.n);
    bytes_wipe(&secret, sizeof secret);
    return found;
}
