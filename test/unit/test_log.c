/* base/log: levels, topics, errno; log_safe.  host/log_sink: a line is one write(). */
#include "base/log.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/log_sink.h"
#include "tap.h"

static char said[4096];
static int times;
static enum log_level said_level;

static void sink(enum log_level level, const char *line)
{
    snprintf(said, sizeof said, "%s", line);
    said_level = level;
    times++;
}

static const struct {
    const char *name;
    void (*say)(const char *fmt, ...);
    enum log_level level;
    bool with_reason;
} sayers[] = {
    {"error", log_error, LEVEL_ERROR, true},     {"errorx", log_errorx, LEVEL_ERROR, false},
    {"warn", log_warn, LEVEL_WARNING, true},     {"warnx", log_warnx, LEVEL_WARNING, false},
    {"notice", log_notice, LEVEL_NOTICE, false}, {"info", log_info, LEVEL_INFO, false},
};

static void test_sayers(void)
{
    for (size_t i = 0; i < sizeof sayers / sizeof *sayers; i++) {
        char want[128];

        errno = ENOENT;
        sayers[i].say("cannot open %s", "x");
        ok(errno == ENOENT, "%s keeps errno", sayers[i].name);
        errno = 0;
        snprintf(want, sizeof want, "cannot open x%s%s", sayers[i].with_reason ? ": " : "",
                 sayers[i].with_reason ? strerror(ENOENT) : "");
        is_str(said, want, sayers[i].name);
        is_int(said_level, sayers[i].level, "at its level");
    }
    errno = 0;
    log_warn("no reason");
    is_str(said, "no reason", "without an errno there is no reason to add");
    log_info("two\nlines\x1b[2J\x7f");
    is_str(said, "two?lines?[2J?", "no control character comes through");
    log_info("%02000d", 1);
    is_int((long long)strlen(said), 1023, "a long line is cut");
}

static void test_topics(void)
{
    times = 0;
    log_debug(TOPIC_PACKET, "off");
    is_int(times, 0, "topics are off at first");
    log_set_topics(1u << TOPIC_PACKET);
    log_debug(TOPIC_PACKET, "on");
    log_debug(TOPIC_STATE, "other");
    ok(times == 1 && said_level == LEVEL_DEBUG, "one that is on is heard, others not");
    is_str(said, "on", "with its text");
    ok(log_topic(TOPIC_PACKET) && !log_topic(TOPIC_AVP), "and can be asked for");
    log_set_sink(NULL);
    ok(!log_topic(TOPIC_PACKET), "without a sink nobody listens to topics");
    log_info("into nothing");
    is_int(times, 1, "nor to anything else");
    log_set_topics(0);
}

static const struct {
    const char *name;
    const char *text;
    size_t n;
    size_t size;
    const char *want;
} safes[] = {
    {"plain", "lns.example", 11, 64, "lns.example"},
    {"quotes and backslashes", "a\"b\\c", 5, 64, "a\\\"b\\\\c"},
    {"control characters", "\x1b[2J\n\x7f", 6, 64, "\\x1b[2J\\x0a\\x7f"},
    {"NUL and high octets", "a\0\xff", 3, 64, "a\\x00\\xff"},
    {"empty", "", 0, 64, ""},
    {"no room at all", "abc", 3, 1, ""},
    {"just fits", "abcdef", 6, 7, "abcdef"},
    {"one too many", "abcdefg", 7, 7, "abc..."},
    {"an escape is never cut in two", "abcd\x01\x02", 6, 10, "abcd..."},
    {"escapes just fit", "ab\x01", 3, 7, "ab\\x01"},
    {"room for the dots only", "abcdef", 6, 4, "..."},
    {"not even for the dots", "abcdef", 6, 3, ""},
};

static void test_safe(void)
{
    for (size_t i = 0; i < sizeof safes / sizeof *safes; i++) {
        char dst[65];

        memset(dst, '#', sizeof dst);
        is_str(log_safe(span_of(safes[i].text, safes[i].n), dst, safes[i].size), safes[i].want,
               safes[i].name);
        ok(dst[safes[i].size] == '#', "and stays in its room");
    }
}

static void test_stderr(void)
{
    int fd[2], keep = dup(STDERR_FILENO);
    char got[2048] = "", want[128];
    ssize_t n;

    if (!ok(pipe(fd) == 0 && keep >= 0 && dup2(fd[1], STDERR_FILENO) >= 0, "stderr is a pipe"))
        return;
    log_sink_stderr("l2tpd");
    log_info("tunnel %d: up", 4711);
    log_info("%02000d", 1);
    dup2(keep, STDERR_FILENO);
    close(keep);
    close(fd[1]);
    snprintf(want, sizeof want, "l2tpd[%ld]: tunnel 4711: up\n", (long)getpid());
    n = read(fd[0], got, strlen(want));
    ok(n == (ssize_t)strlen(want) && strcmp(got, want) == 0, "a line behind ident and pid");
    n = read(fd[0], got, sizeof got - 1);
    ok(n > 1000 && got[n - 1] == '\n', "a long line still has its end");
    close(fd[0]);
    log_set_sink(NULL);
}

/* Datagrams, so that each read() gives what one write() wrote. */
static void test_gathered(void)
{
    int fd[2], keep = dup(STDERR_FILENO);
    char got[8192] = "", want[256];
    ssize_t n, before, all = 0;

    if (!ok(socketpair(AF_UNIX, SOCK_DGRAM, 0, fd) == 0 && keep >= 0 && dup2(fd[1], STDERR_FILENO) >= 0,
            "stderr is a socket"))
        return;
    log_sink_stderr("l2tpd");
    log_hold();
    log_info("I'm running");
    log_info("this");
    before = recv(fd[0], got, sizeof got, MSG_DONTWAIT);
    errno = ERANGE;
    log_release();
    dup2(keep, STDERR_FILENO);
    is_int(errno, ERANGE, "errno is kept by what writes");
    is_int(before, -1, "lines that belong together are kept");
    n = recv(fd[0], got, sizeof got, MSG_DONTWAIT);
    snprintf(want, sizeof want, "l2tpd[%ld]: I'm running\nl2tpd[%ld]: this\n", (long)getpid(), (long)getpid());
    ok(n == (ssize_t)strlen(want) && memcmp(got, want, (size_t)n) == 0, "and come by one write");
    dup2(fd[1], STDERR_FILENO);
    log_hold();
    for (int i = 0; i < 5; i++)
        log_info("%01000d", i);
    log_release();
    log_info("alone");
    dup2(keep, STDERR_FILENO);
    for (int i = 0; (n = recv(fd[0], got, sizeof got, MSG_DONTWAIT)) > 0; i++) {
        ok(got[n - 1] == '\n', "writes end with a line's end");
        all += n;
    }
    snprintf(want, sizeof want, "l2tpd[%ld]: ", (long)getpid());
    is_int(all, 5 * ((ssize_t)strlen(want) + 1001) + (ssize_t)strlen(want) + 6, "of too many none is lost");
    close(keep);
    close(fd[0]);
    close(fd[1]);
    log_set_sink(NULL);
    log_set_gather(NULL);
}

int main(void)
{
    log_info("before a sink is set");
    log_set_sink(sink);
    is_int(times, 0, "silent by default");
    test_sayers();
    test_topics();
    test_safe();
    test_stderr();
    test_gathered();
    {
        char text[32];

        is_str(log_apart("a b", "()", text, sizeof text), "a b", "a text without marks is as it is");
        is_str(log_apart("a) b=", "()", text, sizeof text), "\"a) b=\"", "one with a mark stands in quotes");
    }
    return tap_done();
}
