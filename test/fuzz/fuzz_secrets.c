/* Fuzz target for host/secrets: any file of secrets.
 *
 * Two octets of the input choose who asks and how much room there is; the rest is the file.  Held
 * to: a secret is a C string that fits its room, is not empty, and comes from a line that is there;
 * the same question has the same answer; nothing is found for want of room that is not found with
 * all of it; no line of log shows what cannot be printed. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "host/secrets.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ROOM 256

static char path[] = "/tmp/l2tpd-fuzz-secrets-XXXXXX";
static int file = -1;

static void must(bool held)
{
    if (!held)
        abort();
}

static void look_at_line(enum log_level level, const char *line)
{
    (void)level;
    for (; *line != '\0'; line++)
        must(*line >= ' ' && *line <= '~');
}

static void remove_file(void)
{
    unlink(path);
}

static void write_file(const uint8_t *data, size_t size)
{
    if (file < 0) {
        file = mkstemp(path);
        must(file >= 0 && atexit(remove_file) == 0);
    }
    must(ftruncate(file, 0) == 0 && pwrite(file, data, size, 0) == (ssize_t)size);
}

static unsigned lines_in(const uint8_t *data, size_t size)
{
    unsigned n = 1;

    for (size_t i = 0; i < size; i++)
        n += data[i] == '\n';
    return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {"us", "them", "*", "", "lns.example", "a b"};
    const char *us, *them;
    char whole[ROOM], again[ROOM], cut[ROOM];
    unsigned line = 0;
    size_t room;
    struct secrets *s;
    bool found;

    if (size < 2)
        return 0;
    us = names[data[0] % 6];
    them = names[data[0] / 6 % 6];
    room = 1 + data[1] % (ROOM - 1);
    log_set_sink(look_at_line);
    write_file(data + 2, size - 2);
    s = secrets_new(path);
    must(s != NULL);
    memset(whole, '#', sizeof whole);
    memset(cut, '#', sizeof cut);
    found = secrets_find(s, us, them, whole, sizeof whole, &line);
    must(memchr(whole, '\0', sizeof whole) != NULL && found == (whole[0] != '\0'));
    must(!found || (line >= 1 && line <= lines_in(data + 2, size - 2)));
    must(secrets_find(s, us, them, again, sizeof again, NULL) == found &&
         strcmp(whole, again) == 0);
    must(secrets_find(s, us, them, cut, room, NULL) == (found && strlen(whole) < room));
    must(memchr(cut, '\0', room) != NULL && cut[room] == '#');
    secrets_free(s);
    return 0;
}
