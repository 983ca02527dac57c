/* host/pppd_if: which interface a pppd has, by the files that it writes. */
#include "host/pppd_if.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tap.h"

static char dir[] = "/tmp/l2tpd-if-XXXXXX";
static char seen[256];

static void found(void *ctx, pid_t pid, const char *name)
{
    size_t n = strlen(seen);

    (void)ctx;
    snprintf(seen + n, sizeof seen - n, "%s=%ld ", name, (long)pid);
}

static const struct {
    const char *name, *file, *text, *expected;
} files[] = {
    {"as pppd writes it", "ppp0.pid", "4711\n", "ppp0=4711 "},
    {"with another name", "vpn-office.pid", "  4711\n", "vpn-office=4711 "},
    {"with more lines", "ppp1.pid", "4711\nppp1\n", "ppp1=4711 "},
    {"of a link's name", "ppp-office.pid", "4711\nppp1\n", ""},
    {"another kind of file", "ppp0.tdb", "4711\n", ""},
    {"an ending alone", ".pid", "4711\n", ""},
    {"a longer name than interfaces have", "abcdefghijklmnop.pid", "4711\n", ""},
    {"no number", "ppp0.pid", "none\n", ""},
    {"nothing in it", "ppp0.pid", "", ""},
    {"a number that is no process", "ppp0.pid", "-1\n", ""},
};

int main(void)
{
    char path[128];

    if (mkdtemp(dir) == NULL)
        return 1;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        int fd;

        snprintf(path, sizeof path, "%s/%s", dir, files[i].file);
        fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
        (void)!write(fd, files[i].text, strlen(files[i].text));
        close(fd);
        seen[0] = '\0';
        pppd_if_each(dir, found, NULL);
        is_str(seen, files[i].expected, files[i].name);
        unlink(path);
    }
    seen[0] = '\0';
    snprintf(path, sizeof path, "%s/fifo.pid", dir);
    mkfifo(path, 0600);
    pppd_if_each(dir, found, NULL);
    is_str(seen, "", "a FIFO is not waited for");
    unlink(path);
    rmdir(dir);
    pppd_if_each(dir, found, NULL);
    is_str(seen, "", "no such folder");
    return tap_done();
}
