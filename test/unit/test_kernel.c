/* kernel: tunnels and sessions that the kernel carries, from the first to the last descriptor. What
 * the kernel itself does of it is in test/real; here it is played, so that it can refuse. */
#include "tap.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "kernel.c"

#define CALLS 500u
#define ENDS_WITH(code) ((code) << 8) /* as waitpid() tells it */

/* -- the kernel that is played ------------------------------------------------------------------- */

static struct {
    const char *lacks;
    int refuse_tunnel, refuse_session, refuse_habits; /* errno; 0: it takes them */
    unsigned tunnels, sessions, hung_up;
    struct link_kernel_habits habits; /* of the last session */
    struct link_kernel_ids ids;
    struct link_kernel_counts counts;
} played;

static int take(int refusal, unsigned *count)
{
    if (refusal != 0) {
        errno = refusal;
        return -1;
    }
    ++*count;
    return open("/dev/null", O_RDWR | O_CLOEXEC);
}

const char *link_kernel_lacks(void)
{
    return played.lacks;
}

int link_kernel_tunnel(int udp, const struct addr *peer, const struct link_kernel_ids *ids)
{
    (void)udp;
    (void)peer;
    (void)ids;
    return take(played.refuse_tunnel, &played.tunnels);
}

int link_kernel_session(int udp, const struct addr *peer, const struct link_kernel_ids *ids,
                        const struct link_kernel_habits *habits)
{
    (void)udp;
    (void)peer;
    played.habits = *habits;
    played.ids = *ids;
    return take(played.refuse_session, &played.sessions);
}

int link_kernel_become(int session, const struct link_kernel_habits *habits)
{
    (void)session;
    played.habits.send_numbers |= habits->send_numbers;
    errno = played.refuse_habits;
    return played.refuse_habits != 0 ? -1 : 0;
}

void link_kernel_hang_up(int session)
{
    (void)session;
    played.hung_up++;
}

bool link_kernel_die_with(pid_t parent)
{
    (void)parent;
    return true;
}

bool link_kernel_counts(int tunnel, const struct link_kernel_ids *ids,
                        struct link_kernel_counts *counts)
{
    (void)tunnel;
    (void)ids;
    *counts = played.counts;
    return true;
}

bool link_kernel_addresses(const char *interface, uint32_t *local, uint32_t *remote)
{
    (void)interface;
    (void)local;
    (void)remote;
    return false;
}

/* -- a daemon around it -------------------------------------------------------------------------- */

static struct hub hub;
static struct conf conf;
static struct conf_peer section;
static struct tunnel tunnels[2];
static struct call calls[CALLS];
static unsigned heard;

static void on_heard(void *ctx, const struct addr *from, const struct addr *to, uint8_t ecn,
                     struct span octets)
{
    (void)ctx;
    (void)from;
    (void)to;
    (void)ecn;
    (void)octets;
    heard++;
}

static unsigned descriptors(void)
{
    DIR *d = opendir("/proc/self/fd");
    unsigned n = 0;

    while (d != NULL && readdir(d) != NULL)
        n++;
    if (d != NULL)
        closedir(d);
    return n;
}

/* Two tunnels from two ports of a host, the calls in the first. */
static void begin(void)
{
    memset(&played, 0, sizeof played);
    memset(&section, 0, sizeof section);
    conf.global.force_userspace = false;
    for (uint16_t i = 0; i < 2; i++) {
        tunnels[i].id = (uint16_t)(10 + i);
        tunnels[i].peer_id = (uint16_t)(20 + i);
        tunnels[i].peer = addr_ip4(0x7f000001, (uint16_t)(40001 + i));
    }
    for (uint16_t i = 0; i < CALLS; i++)
        calls[i] = (struct call){.tunnel = &tunnels[0],
                                 .id = (uint16_t)(1000 + i),
                                 .peer_id = (uint16_t)(3000 + i),
                                 .table = TABLE_LNS_IN};
    kernel_probe(&hub);
}

static struct kernel_wish wish = {.peer = &section, .kind = "lns", .section = "branch"};
static char why[KERNEL_WHY];
static bool usual;

static struct kernel_session *open_one(struct call *c)
{
    return kernel_open(&hub, c, &wish, why, &usual);
}

static char told[256];
static unsigned lines;

static void on_log(enum log_level level, const char *line)
{
    if (level > LEVEL_INFO)
        return;
    snprintf(told, sizeof told, "%s", line);
    lines++;
}

static void all_down(void)
{
    for (uint16_t i = 0; i < 2; i++)
        kernel_tunnel_down(&hub, tunnels[i].id);
    kernel_sweep(&hub);
}

/* -- tests --------------------------------------------------------------------------------------- */

static void test_life(void)
{
    struct kernel_session *s, *other;
    unsigned had;

    begin();
    had = descriptors();
    calls[0].send_sequence = true;
    section.reorder_timeout_ms = 30;
    kernel_coming(&hub, &calls[0], &wish);
    is_int(played.sessions, 1, "a call that is accepted has its session before it is up");
    ok(played.habits.is_lns && played.habits.send_numbers && played.habits.reorder_ms == 30,
       "with its numbers, as its LNS");
    ok(played.ids.tunnel == 10 && played.ids.peer_tunnel == 20 && played.ids.session == 1000 &&
           played.ids.peer_session == 3000,
       "and its ids");
    s = open_one(&calls[0]);
    ok(s != NULL && kernel_descriptor(s) >= 0, "its bearer takes it over");
    is_int(played.sessions, 1, "no second one is made");
    calls[1].table = TABLE_LAC_IN;
    other = open_one(&calls[1]);
    ok(other != NULL && !played.habits.is_lns && played.tunnels == 1,
       "another call of the tunnel, as its LAC, has the same tunnel");
    kernel_call_down(&hub, &calls[0]);
    is_int(played.hung_up, 0, "the end of a call leaves its session to its bearer");
    kernel_close(s);
    is_int(played.hung_up, 1, "which hangs pppd up");
    ok(!kernel_sweep(&hub), "the tunnel stays as long as there is a session");
    kernel_close(other);
    ok(!kernel_sweep(&hub), "and without, for the next");
    kernel_tunnel_down(&hub, 10);
    ok(open_one(&calls[2]) == NULL && strcmp(why, "its tunnel ends") == 0, "once it ends it takes none");
    ok(kernel_sweep(&hub) && !kernel_sweep(&hub), "and it goes");
    is_int(descriptors(), had, "nothing is left open");
    kernel_coming(&hub, &calls[2], &wish);
    kernel_call_down(&hub, &calls[2]);
    all_down();
    is_int(descriptors(), had, "nor of a call that never came up");
}

static void test_refusals(void)
{
    static const struct {
        const char *name;
        int tunnel, session;
        const char *why;
    } rows[] = {
        {"a tunnel", EPERM, 0, "the kernel took no tunnel: "},
        {"a session", 0, EEXIST, "the kernel took no session: "},
    };
    unsigned had = descriptors();

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        begin();
        played.refuse_tunnel = rows[i].tunnel;
        played.refuse_session = rows[i].session;
        kernel_coming(&hub, &calls[0], &wish);
        ok(open_one(&calls[0]) == NULL && !usual, "the kernel refuses %s", rows[i].name);
        ok(strncmp(why, rows[i].why, strlen(rows[i].why)) == 0, "the reason is told: %s", why);
        all_down();
        is_int(descriptors(), had, "and nothing stays open");
    }
    begin();
    tunnels[1].peer = tunnels[0].peer;
    calls[1].tunnel = &tunnels[1];
    ok(open_one(&calls[0]) != NULL && open_one(&calls[1]) == NULL && !usual,
       "a second tunnel from the same address and port has to do without");
    is_str(why, "another tunnel comes from the same address and port", "as is told");
    kernel_close(find_session(&hub, calls[0].id));
    all_down();
    ok(open_one(&calls[1]) != NULL, "until the first has gone");
    kernel_close(find_session(&hub, calls[1].id));
    all_down();
    begin();
    calls[1].tunnel = &tunnels[1];
    ok(open_one(&calls[0]) != NULL && open_one(&calls[1]) != NULL,
       "two peers have a tunnel each: %s", why);
    kernel_close(find_session(&hub, calls[0].id));
    kernel_close(find_session(&hub, calls[1].id));
    all_down();
}

/* A LAC that demands sequence numbers says so when its session is there already. */
static void test_numbers(void)
{
    begin();
    kernel_coming(&hub, &calls[0], &wish);
    ok(!played.habits.send_numbers, "a call without sequence numbers");
    calls[0].send_sequence = true;
    ok(open_one(&calls[0]) != NULL && played.habits.send_numbers && played.sessions == 1,
       "gets them if it comes up with them");
    kernel_close(find_session(&hub, calls[0].id));
    kernel_coming(&hub, &calls[1], &wish);
    played.refuse_habits = EINVAL;
    ok(open_one(&calls[1]) != NULL, "the kernel is not asked otherwise");
    kernel_close(find_session(&hub, calls[1].id));
    kernel_coming(&hub, &calls[2], &wish);
    calls[2].send_sequence = true;
    ok(open_one(&calls[2]) == NULL && !usual && find_session(&hub, calls[2].id) == NULL,
       "a kernel that has none for it does not carry it");
    ok(strncmp(why, "the kernel took no sequence numbers: ", 37) == 0, "as is told: %s", why);
    all_down();
}

/* A peer that calls two addresses of ours from one port. */
static void test_addresses(void)
{
    struct listening *second = &hub.listening[hub.n_listening];
    struct addr there = addr_ip4(0x7f000002, udp_local(hub.listening[0].udp).port);

    begin();
    *second = (struct listening){there, udp_open(hub.loop, &there, on_heard, NULL)};
    hub.n_listening++;
    ok(second->udp != NULL, "a second address is listened on: %s", strerror(errno));
    tunnels[1].peer = tunnels[0].peer;
    tunnels[0].local = udp_local(hub.listening[0].udp);
    tunnels[1].local = there;
    calls[1].tunnel = &tunnels[1];
    ok(open_one(&calls[0]) != NULL, "a tunnel to the one has the kernel's path: %s", why);
    ok(open_one(&calls[1]) != NULL, "and one from the very same place to the other: %s", why);
    for (uint16_t i = 0; i < 2; i++) {
        struct kernel_tunnel *k = find_tunnel(&hub, tunnels[i].id);
        struct addr at = k != NULL ? udp_local(k->udp) : (struct addr){0};

        ok(addr_same(&at, &tunnels[i].local), "its socket is beside the one that was called");
        kernel_close(find_session(&hub, calls[i].id));
    }
    all_down();
    udp_close(second->udp);
    hub.n_listening--;
    tunnels[0].local = tunnels[1].local = (struct addr){0};
}

static void test_reasons(void)
{
    struct {
        const char *name, *why;
        bool *field;
        int *number, value;
        bool but_kernel; /* not with "data path = kernel" */
    } rows[] = {
        {"the daemon's key", "'force userspace = yes'", &conf.global.force_userspace, NULL, 0, false},
        {"the section's", "'data path = userspace'", NULL, (int *)&section.data_path,
         CONF_PATH_USERSPACE, false},
        {"a length in data", "'length bit = yes'", &section.length_bit, NULL, 0, true},
        {"their priority", "'priority bit = yes'", &section.priority_bit, NULL, 0, true},
        {"congestion marks, agreed on", "'ecn = yes', as the peer has", &tunnels[0].ecn, NULL, 0, true},
        {"numbers by need", "'flow bit = auto'", NULL, (int *)&section.flow, CONF_FLOW_AUTO, true},
        {"a mark on data", "'data dscp'", NULL, &section.dscp, 46, true},
        {"SLI", "'send sli = yes'", &wish.needs_frames, NULL, 0, true},
        {"a replay", "'proxy lcp = accept'", &wish.replays, NULL, 0, true},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        begin();
        if (rows[i].field != NULL)
            *rows[i].field = true;
        else
            *rows[i].number = rows[i].value;
        kernel_probe(&hub);
        kernel_coming(&hub, &calls[0], &wish);
        ok(open_one(&calls[0]) == NULL && usual && played.sessions == 0, "%s is for us",
           rows[i].name);
        is_str(why, rows[i].why, "as is told");
        if (rows[i].but_kernel) {
            section.data_path = CONF_PATH_KERNEL;
            ok(open_one(&calls[0]) != NULL, "but not with 'data path = kernel'");
            kernel_close(find_session(&hub, calls[0].id));
            all_down();
        }
        if (rows[i].field != NULL)
            *rows[i].field = false;
    }
    begin();
    played.lacks = "no module";
    kernel_probe(&hub);
    ok(open_one(&calls[0]) == NULL && usual && strcmp(why, "no module") == 0,
       "where the system cannot, nobody is tried");
    begin();
    ok(!kernel_judge_pppd(&hub, true, ENDS_WITH(1)) && open_one(&calls[0]) != NULL, "a pppd that has ended otherwise says nothing of its plugin");
    kernel_close(find_session(&hub, calls[0].id));
    all_down();
    begin();
    ok(kernel_judge_pppd(&hub, true, ENDS_WITH(2)) && kernel_judge_pppd(&hub, true, ENDS_WITH(2)),
       "one that has not taken its options may lack it, and is run again without; so is the next");
    ok(open_one(&calls[0]) == NULL && usual && strstr(why, "pppol2tp.so") != NULL && !kernel_might(&hub, &section),
       "and all others are for us");
    ok(!kernel_judge_pppd(&hub, false, ENDS_WITH(2)) && open_one(&calls[0]) != NULL, "until one of ours has not either");
    kernel_close(find_session(&hub, calls[0].id));
    all_down();
    kernel_judge_pppd(&hub, true, ENDS_WITH(2));
    kernel_probe(&hub);
    ok(open_one(&calls[0]) != NULL, "or a reload");
    kernel_close(find_session(&hub, calls[0].id));
    all_down();
    begin();
    kernel_coming(&hub, &calls[0], &wish);
    section.data_path = CONF_PATH_USERSPACE;
    ok(open_one(&calls[0]) == NULL && played.hung_up == 1,
       "a configuration that has changed meanwhile counts");
    all_down();
}

/* A section's first call tells why it is not the kernel's, and those that follow do not. */
static void test_told(void)
{
    static const char line[] = "[lns branch]: we carry the data of its calls ourselves: ";
    char expected[sizeof line + 40];

    begin();
    log_set_sink(on_log);
    for (unsigned i = 0; i < 2; i++) {
        lines = 0;
        section.priority_bit = i > 0;
        section.length_bit = i == 0;
        open_one(&calls[0]);
        snprintf(expected, sizeof expected, "%s%s", line, i == 0 ? "'length bit = yes'" : "'priority bit = yes'");
        is_str(told, expected, "a reason that is the section's is told");
        open_one(&calls[1]);
        is_int(lines, 1, "once");
    }
    wish.section = "other";
    open_one(&calls[0]);
    is_int(lines, 2, "and of another section");
    wish.kind = "lac";
    open_one(&calls[0]);
    ok(lines == 3 && strncmp(told, "[lac other]: ", 13) == 0, "or of one of the other kind");
    kernel_probe(&hub);
    open_one(&calls[0]);
    is_int(lines, 4, "and again after a reload");
    played.lacks = "no module";
    kernel_probe(&hub);
    is_int(lines, 5, "what the system lacks is told when that is found");
    open_one(&calls[0]);
    conf.global.force_userspace = true;
    kernel_probe(&hub);
    is_str(told, "Not looking for kernel support: 'force userspace = yes'", "or that nobody looks");
    open_one(&calls[0]);
    is_int(lines, 6, "and of no section");
    log_set_sink(NULL);
    wish = (struct kernel_wish){.peer = &section, .kind = "lns", .section = "branch"};
}

static void test_many(void)
{
    unsigned had = descriptors(), found = 0;

    begin();
    for (unsigned i = 0; i < CALLS; i++)
        kernel_coming(&hub, &calls[i], &wish);
    for (unsigned i = 0; i < CALLS; i++)
        found += open_one(&calls[i]) != NULL;
    is_int(found, CALLS, "many calls, each with a session of its own");
    is_int(played.tunnels, 1, "in one tunnel");
    kernel_freshen(&hub, &tunnels[0]);
    for (unsigned i = 0; i < CALLS; i += 2)
        kernel_close(find_session(&hub, calls[i].id));
    ok(!kernel_sweep(&hub), "half of them go");
    kernel_end(&hub);
    is_int(descriptors(), had, "the daemon's end takes the rest");
    kernel_end(&hub);
}

static void any_octets(void *ctx, void *room, size_t n)
{
    (void)ctx;
    memset(room, 1, n);
}

int main(void)
{
    const struct l2tp_host nobody = {.random = any_octets};
    struct addr here = addr_ip4(0x7f000001, 0);

    hub.conf = &conf;
    hub.loop = loop_new();
    hub.engine = l2tp_new(&nobody, 1);
    hub.listening[hub.n_listening++] =
        (struct listening){here, udp_open(hub.loop, &here, on_heard, NULL)};
    if (!ok(hub.loop != NULL && hub.engine != NULL && hub.listening[0].udp != NULL && kernel_begin(&hub),
            "a daemon"))
        return 1;
    test_life();
    test_refusals();
    test_numbers();
    test_addresses();
    test_reasons();
    test_told();
    test_many();
    udp_close(hub.listening[0].udp);
    l2tp_free(hub.engine);
    loop_free(hub.loop);
    buf_drain();
    return tap_done();
}
