/* proto (stray, silence): a peer whose daemon was killed and is there again, and knows nothing of
 * its tunnels: who asks in one of them is told so, harms nobody by it, and comes back soon. */
#include <string.h>

#include "rig.h"
#include "tap.h"
#include "wire/quirks.h"

static struct rig rig;

#define LNS "SCCRQ SCCCN ICRQ ICCN ZLB "
#define LAC "open SCCRP call ICRP ZLB "

static const struct tunnel *tunnel(void)
{
    return l2tp_tunnel(rig.e, rig.opened != 0 ? rig.opened : rig.tunnel);
}

/* A control message of that type for tunnel "id", with a Random Vector of n octets if there are
 * any. */
static struct span stray(uint8_t *room, unsigned id, enum msg_type type, size_t n)
{
    static const uint8_t vector[64];
    struct wr w = wr_over(room, 256);

    packet_control_header(&w, (uint16_t)id, 0, 7, 9, 0);
    wr_u16(&w, 0x8008);
    wr_u16(&w, 0);
    wr_u16(&w, 0);
    wr_u16(&w, (uint16_t)type);
    if (n > 0) {
        wr_u16(&w, (uint16_t)(0x8006 + n));
        wr_u16(&w, 0);
        wr_u16(&w, 36);
        wr_put(&w, span_of(vector, n));
    }
    wr_set16(&w, 2, (uint16_t)wr_len(&w));
    return span_of(room, wr_len(&w));
}

/* What is answered to it: a trace. */
static const char *answer(unsigned id, enum msg_type type, size_t n, const struct addr *from)
{
    uint8_t room[256];

    rig_run(&rig, "");
    rig_input(&rig, from, stray(room, id, type, n));
    return rig.trace;
}

static void test_stray(void)
{
    struct addr other;
    unsigned answered = 0;

    rig_again(&rig);
    other = rig.peer;
    other.port = 4000;
    is_str(answer(0x4711, HELLO, 10, &rig.peer), "StopCCN:1",
           "a HELLO for a tunnel that is not here is answered");
    is_int(rig.packet.tunnel, 0, "  to nobody in particular");
    is_int(rig.heard.assigned_tunnel_id, 0x4711, "  with the id that it was sent to (4.4.3)");
    is_int(rig.heard.result_code.result, STOPCCN_GENERAL, "  and a plain result");
    is_int(rig.packet.nr, 8, "  which acknowledges it");
    is_int(rig.datagram_n, 36, "  in 36 octets");
    is_str(answer(0x4711, HELLO, 8, &rig.peer), "", "not a shorter one: nothing grows by us");
    is_str(answer(0x4711, HELLO, 0, &rig.peer), "", "nor that of another make");
    is_str(answer(0x4711, STOPCCN, 40, &rig.peer), "",
           "nor a StopCCN: so none is ever answered by one");
    is_str(answer(0x4711, WEN, 40, &rig.peer), "", "nor anything else");
    is_int(l2tp_counts(rig.e).tunnels, 0, "nothing is kept of it");
    rig_run(&rig, "idle,ms=2000");
    for (unsigned i = 0; i < 5000; i++)
        answered += strcmp(answer(0x4711 + i, HELLO, 40, &rig.peer), "StopCCN:1") == 0;
    is_int(answered, 1000, "a flood has a thousand answers a second");
    rig_run(&rig, "idle,ms=1000");
    is_str(answer(0x4711, HELLO, 40, &rig.peer), "StopCCN:1", "and then there are more");

    rig_again(&rig);
    rig_run(&rig, LNS);
    is_str(answer(tunnel()->id, HELLO, 40, &other), "StopCCN:1",
           "one for a tunnel that is here, but not with its sender, has the same answer");
    is_str(rig_tunnel_state(&rig), "established", "  and does nothing to it");
}

/* As it says of itself: the rig's peer has no Vendor Name, so the tunnel is told of one. */
static void test_long_hello(void)
{
    rig_again(&rig);
    snprintf(rig.profile.vendor_name, sizeof rig.profile.vendor_name, "l2tpd");
    rig_again(&rig);
    rig_run(&rig, LNS "idle,ms=60000");
    is_int(rig.datagram_n, 20, "HELLO to another make: nothing but its type");
    rig_again(&rig);
    rig_run(&rig, LNS);
    snprintf(((struct tunnel *)(uintptr_t)tunnel())->peer_vendor, PEER_NAME, "l2tpd");
    is_str(rig_run(&rig, "idle,ms=60000"), "60000:HELLO", "to our own make");
    ok(rig.datagram_n >= 36, "  it is as long as the answer that there may be");
    rig.profile.vendor_name[0] = '\0';
}

/* A tunnel with a peer of our make, to which a HELLO is out. */
static void asked(void)
{
    snprintf(rig.profile.vendor_name, sizeof rig.profile.vendor_name, "l2tpd");
    rig_again(&rig);
    rig_run(&rig, LNS);
    snprintf(((struct tunnel *)(uintptr_t)tunnel())->peer_vendor, PEER_NAME, "l2tpd");
    rig_run(&rig, "idle,ms=60000 idle,ms=500");
}

static void test_disowned(void)
{
    asked();
    is_str(rig_run(&rig, "StopCCN,tid=0 idle,ms=500"), "500:HELLO",
           "told that its peer has no such tunnel, by an answer to its HELLO, it asks again");
    is_str(rig_run(&rig, "StopCCN,tid=0 StopCCN,tid=0"), "", "once, however often that is said");
    is_str(rig_run(&rig, "idle,ms=4000 ZLB idle,ms=55000 | idle,ms=1"), "",
           "who answers has its tunnel");
    is_str(rig_tunnel_state(&rig), "established", "as before");
    asked();
    rig_run(&rig, "StopCCN,tid=0");
    is_str(rig_run(&rig, "StopCCN,tid=0 idle,ms=5000"),
           "500:HELLO 2500:HELLO 5000:call-down 5000:down",
           "who does not answer has none after five seconds");
    is_str(rig.why.text, "the peer has no such tunnel any more", "and it is said why");
    asked();
    rig_run(&rig, "StopCCN,tid=0 data | idle,ms=5000");
    is_str(rig_tunnel_state(&rig), "established", "data are an answer too");
    asked();
    rig_run(&rig, "StopCCN,tid=0,nr=1 idle,ms=20000");
    is_str(rig_tunnel_state(&rig), "established", "Q-08 what does not answer the HELLO is nothing");
    rig.profile.vendor_name[0] = '\0';

    rig_again(&rig);
    rig_run(&rig, LNS "idle,ms=1000");
    is_str(rig_run(&rig, "StopCCN,tid=0"), "HELLO", "who was not asked is asked");
    is_str(rig_run(&rig, "StopCCN,tid=0 idle,ms=500 StopCCN,tid=0"), "", "once");
    is_str(rig_run(&rig, "ZLB StopCCN,tid=0"), "", "nor is one that answers asked by the dozen");
    is_str(rig_run(&rig, "idle,ms=6000 | StopCCN,tid=0"), "HELLO", "but some time later");

    rig_again(&rig);
    rig_run(&rig, LNS);
    for (unsigned i = 0; i < 10; i++)
        rig_run(&rig, "idle,ms=10 StopCCN,tid=0 idle,ms=9000 data");
    is_str(rig_tunnel_state(&rig), "established",
           "Q-08 a phone that answers no HELLO is not ended by anybody's word while its data flow");

    rig.profile.quirks_on = QUIRK_NO_HELLO;
    rig_again(&rig);
    is_str(rig_run(&rig, LNS "| StopCCN,tid=0 idle,ms=10000"), "",
           "a peer that bears no HELLO is not asked, nor ended");
    rig.profile.quirks_on = 0;
    rig.profile.hello_ms = 0;
    rig_again(&rig);
    is_str(rig_run(&rig, LNS "| StopCCN,tid=0 idle,ms=10000"), "", "nor if HELLO is off");
    rig.profile.hello_ms = 60000;
}

/* Who has dialled does not wait for the end of the interval when its data go unanswered. */
static void test_unanswered(void)
{
    rig_again(&rig);
    rig_run(&rig, LAC "idle,ms=1000");
    is_str(rig_run(&rig, "frame | idle,ms=10000"), "10000:HELLO",
           "10 s after data to which nothing came");
    rig_run(&rig, "ZLB | frame idle,ms=5000 data idle,ms=5000");
    is_str(rig.trace, "0002/6 frame", "what is heard after them is an answer");
    is_str(rig_run(&rig, "idle,ms=55000"), "55000:HELLO", "  from which the interval counts");
    rig_run(&rig, "ZLB idle,ms=1 | frame idle,ms=9000 frame idle,ms=1000");
    is_str(rig.trace, "0002/6 0002/6 1000:HELLO", "the first of them counts");
    rig_run(&rig, "ZLB | idle,ms=60000");
    is_str(rig.trace, "60000:HELLO", "without data all is as ever");
    rig.profile.hello_ms = 0;
    rig_again(&rig);
    is_str(rig_run(&rig, LAC "| frame idle,ms=100000"), "0002/6",
           "no HELLO is sent where it is off");
    rig.profile.hello_ms = 5000;
    rig_again(&rig);
    is_str(rig_run(&rig, LAC "| frame idle,ms=5000"), "0002/6 5000:HELLO",
           "a shorter interval is kept");
    rig.profile.hello_ms = 60000;
}

int main(void)
{
    rig_init(&rig);
    test_stray();
    test_long_hello();
    test_disowned();
    test_unanswered();
    rig_free(&rig);
    return tap_done();
}
