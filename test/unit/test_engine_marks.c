/* The engine and packet marks: clients behind one NAT, alike in address, port and tunnel id, are
 * told apart by them; what goes to one bears its mark. */
#include <string.h>

#include "rig.h"
#include "tap.h"

static struct rig rig;

/* The last datagram of the peer's once more, by a mark. */
static void repeat(uint32_t mark)
{
    struct addr from = rig.peer;

    from.mark = mark;
    rig_input(&rig, &from, span_of(rig.given, rig.given_n));
}

static void test_server(void)
{
    uint8_t data[] = {0x00, 0x02, 0, 0, 0, 0, 0xff, 0x03, 0xc0, 0x21, 9};
    uint16_t first, call;
    const char *got;

    rig.peer.mark = 7;
    rig_again(&rig);
    rig_run(&rig, "SCCRQ");
    first = rig.tunnel;
    ok(rig.sent_to.mark == 7, "the answer to a SCCRQ bears its mark");
    rig.sent_to.mark = 0;
    repeat(7);
    ok(l2tp_counts(rig.e).tunnels == 1, "the same SCCRQ by the same mark is a repeat");
    repeat(8);
    ok(l2tp_counts(rig.e).tunnels == 2 && rig.sent_to.mark == 8,
       "the same octets by another mark are another client");
    repeat(0);
    ok(l2tp_counts(rig.e).tunnels == 3 && rig.sent_to.mark == 0, "so they are without a mark");

    rig.tunnel = first;
    got = rig_run(&rig, "SCCCN ICRQ ICCN");
    ok(strstr(got, "up") != NULL, "the first one's call comes up");
    ok(l2tp_tunnel(rig.e, first)->peer.mark == 7 && rig.sent_to.mark == 7,
       "and all that is sent to it bears its mark, data too");
    call = rig.session;
    data[2] = (uint8_t)(first >> 8);
    data[3] = (uint8_t)first;
    data[4] = (uint8_t)(call >> 8);
    data[5] = (uint8_t)call;
    rig_input(&rig, &rig.peer, span_of(data, sizeof data));
    ok(rig.got == L2TP_FRAME, "its frames are carried on");
    rig.peer.mark = 8;
    rig_input(&rig, &rig.peer, span_of(data, sizeof data));
    ok(rig.got == L2TP_DROPPED && l2tp_counts(rig.e).dropped[CAUSE_WRONG_ADDRESS] == 1,
       "a frame by another mark is not");
    rig_run(&rig, "StopCCN");
    ok(rig.got == L2TP_DROPPED && l2tp_tunnel(rig.e, first)->state == ESTABLISHED,
       "nor may a neighbour behind the NAT close the tunnel");
}

static void test_client(void)
{
    rig.peer.mark = 9;
    rig_again(&rig);
    rig_run(&rig, "open");
    ok(rig.sent_to.mark == 9, "what we dial with a mark bears it");
    rig.peer.mark = 0;
    rig_run(&rig, "SCCRP call");
    ok(rig.sent_to.mark == 9 && strcmp(rig_tunnel_state(&rig), "established") == 0,
       "the answer may come without");
    rig.peer.mark = 5;
    ok(strstr(rig_run(&rig, "ICRP"), "ICCN") != NULL && rig.sent_to.mark == 9,
       "or with another one, and ours stays");
}

int main(void)
{
    rig_init(&rig);
    test_server();
    test_client();
    rig_free(&rig);
    return tap_done();
}
