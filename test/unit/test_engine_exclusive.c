/* proto (input, registry, l2tp): a peer that may have one tunnel only ("exclusive"). */
#include "rig.h"
#include "tap.h"

static struct rig rig;

/* What follows on a tunnel that is up, from a peer that tries a second one. */
static const struct {
    const char *name, *script, *expected;
    unsigned tunnels; /* in all, afterwards */
} rows[] = {
    {"XD-03 X4-34 a second tunnel is refused, and the first one asked whether it is alive",
     "SCCRQ SCCCN | SCCRQ,ns=0,atid=9", "StopCCN:3 HELLO", 1},
    {"from another port too", "SCCRQ SCCCN | SCCRQ,ns=0,atid=9,port=1702", "StopCCN:3 HELLO", 1},
    {"and again; what is under way is asked once",
     "SCCRQ SCCCN SCCRQ,ns=0,atid=9 | SCCRQ,ns=0,atid=8", "StopCCN:3", 1},
    {"another host may", "SCCRQ SCCCN | SCCRQ,ns=0,atid=9,host=9", "SCCRP", 2},
    {"another name may, at the same address", "SCCRQ SCCCN | SCCRQ,ns=0,atid=9,other,port=1702",
     "SCCRP", 2},
    {"one that is not up is in nobody's way", "SCCRQ | SCCRQ,ns=0,atid=9", "SCCRP", 2},
    {"nor one that is closing", "SCCRQ SCCCN close | SCCRQ,ns=0,atid=9", "SCCRP", 2},
    {"a tunnel with the same id takes the old one's place", "SCCRQ SCCCN | SCCRQ,ns=0,win=9",
     "SCCRP", 2},
    {"a tunnel of ours is in nobody's way", "open SCCRP | SCCRQ,ns=0,atid=9", "SCCRP", 2},
    {"one that does not answer ends, and then there is room",
     "SCCRQ SCCCN SCCRQ,ns=0,atid=9 idle,ms=400000 | SCCRQ,ns=0,atid=9", "SCCRP", 1},
};

static void test_rows(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *got;

        rig.profile.exclusive = true;
        rig.profile.secret[0] = '\0';
        rig_again(&rig);
        got = rig_run(&rig, rows[i].script);
        if (rows[i].expected != NULL)
            is_str(got, rows[i].expected, rows[i].name);
        if (l2tp_counts(rig.e).tunnels != rows[i].tunnels)
            ok(false, "%s: %u tunnels, %s", rows[i].name, (unsigned)l2tp_counts(rig.e).tunnels,
               got);
    }
    rig.profile.exclusive = false;
    rig_again(&rig);
    is_str(rig_run(&rig, "SCCRQ SCCCN | SCCRQ,ns=0,atid=9"), "SCCRP",
           "a peer that need not be alone may have two");
}

/* Two at once: neither is up when the other one is asked for. */
static void test_at_once(void)
{
    uint16_t first, second;

    rig.profile.exclusive = true;
    rig_again(&rig);
    rig_run(&rig, "SCCRQ,atid=1");
    first = rig.tunnel;
    rig.ns = rig.nr = 0;
    rig_run(&rig, "SCCRQ,ns=0,atid=2");
    second = rig.tunnel;
    ok(first != second, "two that are begun at once");
    rig.ns = rig.nr = 1;
    rig_run(&rig, "SCCCN");
    rig.tunnel = first;
    rig.ns = rig.nr = 1;
    is_str(rig_run(&rig, "SCCCN"), "StopCCN:3 down", "the later one to come up is closed");
    is_int(l2tp_tunnel(rig.e, second)->state, ESTABLISHED, "the earlier one stays");
}

/* Another l2tpd says that it has lost the first: it need not wait until that has ended by silence. */
static void test_forgotten(void)
{
    rig.profile.exclusive = true;
    snprintf(rig.profile.vendor_name, sizeof rig.profile.vendor_name, "l2tpd");
    rig_again(&rig);
    rig_run(&rig, "SCCRQ SCCCN");
    snprintf(((struct tunnel *)(uintptr_t)l2tp_tunnel(rig.e, rig.tunnel))->peer_vendor, PEER_NAME,
             "l2tpd");
    is_str(rig_run(&rig, "idle,ms=100 | SCCRQ,ns=0,atid=9"), "StopCCN:3 HELLO",
           "a second tunnel is refused");
    is_str(rig_run(&rig, "StopCCN,tid=0,nr=2 | SCCRQ,ns=0,atid=9"), "StopCCN:3",
           "and again in the moment when its peer says that it has no first one");
    rig_run(&rig, "idle,ms=600 StopCCN,tid=0,nr=2 idle,ms=500");
    is_str(rig_run(&rig, "SCCRQ,ns=0,atid=9"), "down SCCRP", "a second after that it takes its place");
    rig.profile.vendor_name[0] = '\0';
}

int main(void)
{
    rig_init(&rig);
    test_rows();
    test_forgotten();
    test_at_once();
    rig_free(&rig);
    return tap_done();
}
