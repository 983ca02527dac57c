/* modem: as much of one, and of the telephone, as a getty for modems can tell.
 *
 *   modem LINE PHONE [NUMBER]
 *
 * Makes two terminals, and LINE and PHONE symbolic links to them.  On LINE it takes commands, as a
 * modem of Hayes's kind: it echoes, and answers each AT with OK.  When something is said on PHONE,
 * somebody calls: LINE hears RING, with NUMBER behind the first, until it says ATA; then CONNECT
 * 33600, and octets pass both ways, but for what was said before.  Ends when either side has hung
 * up: a carrier that is lost, or a line that drops DTR, and the other side finds its terminal gone.
 * Each command, and the end, is told on standard output. */
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define RING_MS 1000
#define TRAINING_MS 300

enum state { IDLE, RINGING, CONNECTED };

struct modem {
    int line, phone; /* masters */
    enum state state;
    const char *number;
    unsigned rings;
    char command[128];
    size_t n;
};

static void die(const char *what)
{
    perror(what);
    exit(2);
}

static void rest(long ms)
{
    struct timespec t = {ms / 1000, ms % 1000 * 1000000};

    nanosleep(&t, NULL);
}

/* A terminal that is raw from the start, by that name; its master. */
static int make_terminal(const char *name)
{
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), slave;
    struct termios t;

    if (master < 0 || grantpt(master) < 0 || unlockpt(master) < 0)
        die("pty");
    slave = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (slave < 0 || tcgetattr(slave, &t) < 0)
        die("pty");
    t.c_lflag = t.c_oflag = t.c_iflag = 0;
    t.c_cc[VMIN] = 1;
    tcsetattr(slave, TCSANOW, &t);
    close(slave);
    unlink(name);
    if (symlink(ptsname(master), name) < 0)
        die(name);
    return master;
}

static void put(int fd, const char *octets, size_t n)
{
    while (n > 0) {
        ssize_t done = write(fd, octets, n);

        if (done <= 0)
            return;
        octets += done;
        n -= (size_t)done;
    }
}

static void say(struct modem *m, const char *text)
{
    put(m->line, "\r\n", 2);
    put(m->line, text, strlen(text));
    put(m->line, "\r\n", 2);
}

static void on_command(struct modem *m)
{
    m->command[m->n] = '\0';
    m->n = 0;
    if (strncasecmp(m->command, "AT", 2) != 0)
        return;
    printf("%s\n", m->command);
    if (strcasecmp(m->command, "ATA") != 0 || m->state != RINGING) {
        say(m, "OK");
        return;
    }
    rest(TRAINING_MS);
    say(m, "CONNECT 33600");
    tcflush(m->phone, TCIFLUSH);
    m->state = CONNECTED;
}

static void hear_commands(struct modem *m, const char *octets, size_t n)
{
    put(m->line, octets, n);
    for (size_t i = 0; i < n && m->state != CONNECTED; i++) {
        if (octets[i] == '\r')
            on_command(m);
        else if (octets[i] > ' ' && m->n < sizeof m->command - 1)
            m->command[m->n++] = octets[i];
    }
}

static void ring(struct modem *m)
{
    char text[80];

    say(m, "RING");
    m->state = RINGING;
    if (m->rings++ > 0 || m->number == NULL)
        return;
    snprintf(text, sizeof text, "NMBR = %s", m->number);
    say(m, text);
}

/* False: that side is gone.  Before there is a call a getty closes the line and opens it again, and
 * nobody has the phone yet. */
static bool hear(struct modem *m, int fd)
{
    char octets[4096];
    ssize_t n = read(fd, octets, sizeof octets);

    if (n <= 0) {
        if (m->state == CONNECTED || (fd == m->phone && m->state == RINGING))
            return false;
        rest(50);
        return true;
    }
    if (m->state == CONNECTED)
        put(fd == m->line ? m->phone : m->line, octets, (size_t)n);
    else if (fd == m->line)
        hear_commands(m, octets, (size_t)n);
    else if (m->state == IDLE)
        ring(m);
    return true;
}

/* A line that is not open yet, or any more, has nothing to say, at length. */
static bool turn(struct modem *m)
{
    struct pollfd p[] = {{m->line, POLLIN, 0}, {m->phone, POLLIN, 0}};

    if (poll(p, 2, m->state == RINGING ? RING_MS : -1) == 0)
        ring(m);
    for (int i = 0; i < 2; i++) {
        if (p[i].revents == 0 || hear(m, p[i].fd))
            continue;
        printf("the %s has hung up\n", i == 0 ? "line" : "phone");
        return false;
    }
    return true;
}

int main(int argc, char **argv)
{
    struct modem m = {.state = IDLE};

    if (argc < 3)
        return 2;
    setvbuf(stdout, NULL, _IOLBF, 0);
    m.number = argc > 3 ? argv[3] : NULL;
    m.line = make_terminal(argv[1]);
    m.phone = make_terminal(argv[2]);
    while (turn(&m))
        continue;
    return 0;
}
