/* make_pcap FILE: every control message that the encoder makes, with every AVP that it may have,
 * once in the clear and once with all that may be hidden hidden; then a ZLB and data messages in
 * every form.  Written as a capture file of raw IP (link type 101), for an independent decoder:
 * tshark.t knows the values. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire/msg.h"
#include "wire/packet.h"

#define SECRET "l2tp-test-secret"
#define RAW_IP 101
#define IP_UDP 28 /* octets of both headers */
#define PPP "\xff\x03\xc0\x21\x01\x01\x00\x0a\x05\x06\x12\x34\x56\x78"
#define PPP_SIZE 14

static FILE *out;
static unsigned frames;

static void write_octets(const void *p, size_t n)
{
    if (fwrite(p, 1, n, out) != n) {
        fprintf(stderr, "make_pcap: write: %s\n", strerror(errno));
        exit(1);
    }
}

static void write_file_header(void)
{
    uint8_t room[24];
    struct wr w = wr_over(room, sizeof room);

    wr_u32(&w, 0xa1b2c3d4);
    wr_u16(&w, 2);
    wr_u16(&w, 4);
    wr_u64(&w, 0);
    wr_u32(&w, 65535);
    wr_u32(&w, RAW_IP);
    write_octets(room, wr_len(&w));
}

/* One datagram from 192.0.2.1 to 192.0.2.2, port 1701 on either side, without checksums. */
static void write_datagram(struct span l2tp)
{
    uint8_t room[16 + IP_UDP];
    struct wr w = wr_over(room, sizeof room);
    uint32_t n = (uint32_t)(IP_UDP + l2tp.n);

    wr_u32(&w, 1000000000 + frames++);
    wr_u32(&w, 0);
    wr_u32(&w, n);
    wr_u32(&w, n);
    wr_u16(&w, 0x4500);
    wr_u16(&w, (uint16_t)n);
    wr_u32(&w, 0);
    wr_u32(&w, 0x40110000);
    wr_u32(&w, 0xc0000201);
    wr_u32(&w, 0xc0000202);
    wr_u16(&w, 1701);
    wr_u16(&w, 1701);
    wr_u16(&w, (uint16_t)(n - 20));
    wr_u16(&w, 0);
    write_octets(room, wr_len(&w));
    write_octets(l2tp.p, l2tp.n);
}

static void fill_tunnel(struct msg *m)
{
    m->result_code = (struct msg_result){2, 6, true, span_str("no such thing")};
    m->protocol_version = 0x0100;
    m->framing_capabilities = 3;
    m->bearer_capabilities = 1;
    m->tie_breaker = 0x0123456789abcdef;
    m->firmware_revision = 0x0690;
    m->host_name = span_str("lac.example");
    m->vendor_name = span_str("l2tpd test");
    m->assigned_tunnel_id = 0x1111;
    m->receive_window_size = 8;
    m->challenge = span_str("sixteen octets..");
    m->challenge_response = span_str("0123456789abcdef");
}

static void fill_call(struct msg *m)
{
    m->q931_cause_code = (struct msg_q931){16, 69, span_str("bye")};
    m->ppp_disconnect_cause = (struct msg_ppp_cause){16, 0xc223, 1, span_str("wrong password")};
    m->assigned_session_id = 0x3333;
    m->call_serial_number = 66051;
    m->minimum_bps = 9600;
    m->maximum_bps = 100000000;
    m->bearer_type = 2;
    m->framing_type = 1;
    m->called_number = span_str("5551234");
    m->calling_number = span_str("5559876");
    m->sub_address = span_str("*7");
    m->tx_connect_speed = 56000;
    m->physical_channel_id = 0x80000007;
    m->private_group_id = span_str("red-1");
    m->rx_connect_speed = 33600;
    for (unsigned i = 0; i < 6; i++)
        m->call_errors[i] = 70001 + i;
    m->accm[0] = 0x000a0000;
    m->accm[1] = 0xfffffffe;
}

/* RFC 5515, 5 and 6. */
static void fill_line(struct msg *m)
{
    m->connect_speed_update = (struct msg_speeds){
        .n = 2, .at = {{0x1234, 4000000, 64000}, {0xfffe, UINT32_MAX, 1}}};
    m->agent_circuit_id = span_str("access-1 atm 3/0:100.33");
    m->agent_remote_id = span_str("customer 7");
    for (unsigned i = 0; i < LINE_RATES; i++)
        m->line_rates[i] = UINT64_C(10000000000) + i;
    for (unsigned i = 0; i < LINE_DELAYS; i++)
        m->line_delays[i] = 20 + i;
    m->access_loop_encapsulation = span_of("\1\2\6", 3);
    m->access_line_type = 5;
    m->iwf_session = 1;
}

static void fill_proxy(struct msg *m)
{
    m->initial_received_lcp_confreq = span_of("\x01\x04\x05\xdc", 4);
    m->last_sent_lcp_confreq = span_of("\x03\x05\xc2\x23\x05", 5);
    m->last_received_lcp_confreq = span_of("\x02\x06\x00\x0a\x00\x00", 6);
    m->proxy_authen_type = 3;
    m->proxy_authen_name = span_str("user@realm.example.net");
    m->proxy_authen_challenge = span_of("\xf0\xe0\xd0\xc0", 4);
    m->proxy_authen_id = 0x17;
    m->proxy_authen_response = span_str("a response that takes more than two blocks");
}

static void write_message(enum msg_type type, bool hide)
{
    struct msg_hiding hiding = {span_str(SECRET), span_str("a random vector!"),
                                span_of("\x1fsixteen of padding", 19), false};
    uint8_t datagram[4096];
    struct wr w = wr_over(datagram, sizeof datagram);
    struct msg m;

    msg_init(&m, type, msg_type_of_session(type) ? 0x4444 : 0);
    fill_tunnel(&m);
    fill_call(&m);
    fill_proxy(&m);
    fill_line(&m);
    for (unsigned n = 0; n < AVP_NUMBERS; n++) {
        const struct avp_row *row = avp_row(n);

        if (row != NULL && n != AVP_RANDOM_VECTOR && ((row->must | row->may) >> type & 1))
            msg_set(&m, n);
    }
    m.hidden = hide ? m.present : 0;
    packet_control_header(&w, 0x2222, m.session, (uint16_t)frames, 7, 0);
    if (!msg_encode(&w, &m, hide ? &hiding : NULL)) {
        fprintf(stderr, "make_pcap: %s was refused\n", msg_type_name(type));
        exit(1);
    }
    wr_set16(&w, 2, (uint16_t)wr_len(&w));
    write_datagram(span_of(datagram, wr_len(&w)));
}

static void write_zlb(void)
{
    uint8_t datagram[PACKET_CONTROL_HEADER];
    struct wr w = wr_over(datagram, sizeof datagram);

    packet_control_header(&w, 0x2222, 0, (uint16_t)frames, 7, PACKET_CONTROL_HEADER);
    write_datagram(span_of(datagram, wr_len(&w)));
}

static void write_data(unsigned form)
{
    struct packet_data d = {0x2222,          0x4444,          (form & 1) != 0,
                            (form & 2) != 0, (form & 4) != 0, (uint16_t)(500 + form)};
    uint8_t room[PACKET_DATA_HEADER + PPP_SIZE], *frame = room + PACKET_DATA_HEADER;
    size_t n;

    memcpy(frame, PPP, PPP_SIZE);
    n = packet_data_header(&d, frame, PPP_SIZE);
    write_datagram(span_of(frame - n, n + PPP_SIZE));
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: make_pcap FILE\n");
        return 2;
    }
    out = fopen(argv[1], "wb");
    if (out == NULL) {
        fprintf(stderr, "make_pcap: %s: %s\n", argv[1], strerror(errno));
        return 1;
    }
    write_file_header();
    for (unsigned type = 1; type < MSG_TYPES; type++)
        for (int hide = 0; hide <= 1 && msg_type_known(type); hide++)
            write_message((enum msg_type)type, hide != 0);
    write_zlb();
    for (unsigned form = 0; form < 8; form++)
        write_data(form);
    if (fclose(out) != 0) {
        fprintf(stderr, "make_pcap: %s: %s\n", argv[1], strerror(errno));
        return 1;
    }
    return 0;
}
