/* proto (input, registry): crossing SCCRQs when several of our own are out, and what becomes of
 * what waits for them: RFC 2661, 4.4.3, 7.2. */
#include "proto/engine.h"
#include "rig.h"
#include "tap.h"

static struct rig rig;
static int hosts[3]; /* what the host has with each attempt */
static uint16_t ids[3];

/* Three attempts to the same peer, each with a call that waits: their tie breakers by "value". */
static void open_three(bool ties)
{
    struct addr unset = {0};
    struct l2tp_call_spec spec = {.bearer = 1, .framing = 1};

    rig.profile.tie_breaker = ties;
    rig_again(&rig);
    for (unsigned i = 0; i < 3; i++) {
        ids[i] = l2tp_open(rig.e, rig.now, &unset, &rig.peer, &rig.profile, &hosts[i]);
        l2tp_call(rig.e, rig.now, ids[i], &spec, &hosts[i]);
    }
    rig_run(&rig, "tick");
}

static uint64_t tie_of(unsigned i)
{
    return l2tp_tunnel(rig.e, ids[i])->tie_breaker;
}

/* The peer's SCCRQ, its tie breaker as given. */
static const char *cross(uint64_t tie)
{
    rig.tie_breaker = tie; /* "beside" counts from this one */
    rig.ns = 1;            /* the next */
    return rig_run(&rig, "SCCRQ,ns=0,beside=10");
}

static unsigned ours_left(void)
{
    unsigned n = 0;

    for (unsigned i = 0; i < 3; i++)
        n += l2tp_tunnel(rig.e, ids[i]) != NULL;
    return n;
}

static void sort(uint64_t v[3])
{
    for (unsigned i = 0; i < 2; i++)
        for (unsigned k = 0; k < 2; k++)
            if (v[k] > v[k + 1]) {
                uint64_t t = v[k];

                v[k] = v[k + 1];
                v[k + 1] = t;
            }
}

static void test_several(void)
{
    uint64_t v[3];

    open_three(true);
    ok(tie_of(0) != tie_of(1) && tie_of(1) != tie_of(2) && tie_of(0) != tie_of(2),
       "A-08 each attempt has a value of its own");
    for (unsigned i = 0; i < 3; i++)
        v[i] = tie_of(i);
    sort(v);
    is_str(cross(v[2]), "",
           "S4.4.3-13 equal to the highest of ours, higher than the others: it loses");
    is_int(ours_left(), 3, "S4.4.3-14 and all of ours stay");
    is_str(cross(v[0] + 1), "", "S4.4.3-14 higher than the lowest of ours: it loses");
    is_int(ours_left(), 3, "  and all of ours stay");
    is_str(cross(v[0] - 1), "SCCRP down call-down down call-down down",
           "S4.4.3-13, S4.4.3-14 lower than every one of ours: it wins against all, and none of "
           "ours says a word");
    is_int(ours_left(), 0, "F-CC-08 ours are gone");
    is_int(l2tp_counts(rig.e).calls, 1,
           "A-08 one host's call waits on; others' would become its own, and end");
    is_str(rig_run(&rig, "SCCCN"), "ICRQ up", "A-08 and is announced as soon as it is up");
    is_int(l2tp_tunnel(rig.e, rig.tunnel)->n_calls, 1, "A-08 in the winner's tunnel");
    ok(l2tp_tunnel(rig.e, rig.tunnel)->host_data != NULL, "A-08 which is the host's from now on");
    open_three(true);
    for (unsigned i = 0; i < 3; i++)
        v[i] = tie_of(i);
    sort(v);
    is_str(cross(v[0]), "call-down down call-down down call-down down",
           "S4.4.3-15 equal to the lowest of ours: all go, theirs is not answered");
    is_int(l2tp_counts(rig.e).tunnels, 0, "  and nothing is left");
}

/* Whichever of ours has the lowest value: the first that is looked at does not decide alone. */
static void test_each_place(void)
{
    for (unsigned lowest = 0; lowest < 3; lowest++) {
        open_three(true);
        for (unsigned i = 0; i < 3; i++)
            rig.e->reg.tunnel[ids[i]]->tie_breaker = i == lowest ? 100 : 1000 + i;
        is_str(cross(101), "", "S4.4.3-13, S4.4.3-14 one of ours is lower: theirs loses");
        is_int(ours_left(), 3, "  and all of ours stay");
    }
}

static void test_one_sided(void)
{
    open_three(false);
    is_str(rig_run(&rig, "SCCRQ,ns=0"), "SCCRP",
           "S4.4.3-16 nobody has a value: theirs comes up beside ours");
    is_int(ours_left(), 3, "S4.4.3-16 all of which stay");
    open_three(false);
    is_str(rig_run(&rig, "SCCRQ,ns=0,tie=5"), "SCCRP down call-down down call-down down",
           "S4.4.3-16 only theirs has one: it wins against all");
    open_three(true);
    is_str(rig_run(&rig, "SCCRQ,ns=0"), "", "S4.4.3-16 only ours have one: it is not answered");
    is_int(ours_left(), 3, "S4.4.3-16 and ours stay");
}

/* What of ours takes part, and what does not. */
static void test_who(void)
{
    open_three(true);
    l2tp_close(rig.e, rig.now, ids[0], 1, 0, "");
    l2tp_close(rig.e, rig.now, ids[1], 1, 0, "");
    rig_run(&rig, "tick");
    is_str(cross(tie_of(2) + 1), "",
           "S4.4.3-13 those that close take no part, the one that opens does");
    is_str(cross(0), "SCCRP down", "S4.4.3-13 and may lose");
    open_three(true);
    rig.tunnel = ids[0];
    rig_run(&rig, "SCCRP,ns=0,atid=7");
    rig.ns = 0;
    is_str(rig_run(&rig, "SCCRQ,ns=0,tie=0,atid=9"), "SCCRP down call-down down",
           "S4.4.3-13 one that has been answered takes no part either");
    is_str(state_name(l2tp_tunnel(rig.e, ids[0])->state), "established", "  and stays");
    open_three(true);
    is_str(rig_run(&rig, "SCCRQ,ns=0,tie=0,host=9"), "SCCRP",
           "S4.4.3-13 another host's SCCRQ crosses nothing");
    is_int(ours_left(), 3, "  and ours stay");
    open_three(true);
    cross(0);
    is_str(rig_run(&rig, "again"), "ZLB", "the winner's repeated SCCRQ is a repeat");
    rig_run(&rig, "idle,ms=60000");
    is_int(l2tp_counts(rig.e).calls, 0,
           "A-08 if the winner never comes up, its new calls end with it");
    open_three(true);
    rig.welcome = REFUSED;
    is_str(rig_run(&rig, "SCCRQ,ns=0,tie=0"), "StopCCN:4",
           "a peer that is not welcome wins nothing");
    is_int(ours_left(), 3, "  and ours stay");
    rig.welcome = WELCOME;
}

/* The peer's tunnel is what ours was for: its silence is borne for no longer than in ours. */
static void test_inherits(void)
{
    const struct tunnel *t;

    rig.profile.hello_ms = 2000;
    rig.profile.doubt_ms = 1000;
    rig.profile.hello_wait_ms = 17000;
    rig.profile.dead_ms = 50000;
    open_three(true);
    rig.profile.hello_ms = 60000;
    rig.profile.doubt_ms = rig.profile.hello_wait_ms = rig.profile.dead_ms = 0;
    is_str(cross(0), "SCCRP down call-down down call-down down", "a tie is lost");
    t = l2tp_tunnel(rig.e, rig.tunnel);
    ok(t->p.hello_ms == 2000 && t->p.doubt_ms == 1000 && t->p.hello_wait_ms == 17000 &&
           t->p.dead_ms == 50000,
       "its times are those of ours");
    is_str(rig_run(&rig, "SCCCN | idle,ms=3000"), "1000:ICRQ 3000:ICRQ 3000:silent",
           "and of its silence the host is told by them");
}

/* One that only asks whether somebody is there is over when it gives way, and its host is told so: the
 * peer's tunnel is nothing of its. */
static void test_only_asks(void)
{
    struct addr unset = {0};
    uint16_t id;

    rig_again(&rig);
    rig.profile.tie_breaker = rig.profile.only_asks = true;
    id = l2tp_open(rig.e, rig.now, &unset, &rig.peer, &rig.profile, &hosts[0]);
    rig_run(&rig, "tick");
    is_str(cross(0), "SCCRP down", "one that only asks loses a tie");
    ok(l2tp_tunnel(rig.e, id) == NULL && l2tp_tunnel(rig.e, rig.tunnel)->host_data == NULL,
       "and its host does not go on in the peer's");
    rig.profile.only_asks = false;
}

/* 7.2: after a tie the winner is the initiator, whoever is to be LAC or LNS. */
static void test_roles(void)
{
    open_three(true);
    cross(0);
    rig_run(&rig, "SCCCN ZLB");
    ok(!l2tp_tunnel(rig.e, rig.tunnel)->initiator,
       "S7.2-01 the tie's winner is the tunnel's initiator");
    is_str(rig_run(&rig, "ICRQ,asid=77"), "ICRP", "S7.2-01 in which we can be LNS");
    rig.session = l2tp_tunnel(rig.e, rig.tunnel)->calls->next->id;
    is_str(rig_run(&rig, "ICRP,asid=78"), "ICCN call-up", "S7.2-01 and LAC");
}

int main(void)
{
    rig_init(&rig);
    test_several();
    test_each_place();
    test_one_sided();
    test_who();
    test_inherits();
    test_only_asks();
    test_roles();
    rig_free(&rig);
    return tap_done();
}
