/* l2tpd.conf: keys, where their values go, templates, which section serves whom. */
#include "base/log.h"
#include "conf_rig.h"
#include "host/conf_rows.h"
#include "wire/quirks.h"

/* Every key of xl2tpd's in each section that knows it, and ours. */
static const struct {
    const char *section, *keys;
} accepted[] = {
    {"global",
     "listen-addr=192.0.2.1|port=0|auth file=/a|access control=y|force userspace=n|ipsec saref=no|"
     "saref refinfo=30|rand source=dev|debug avp=yes|debug network=yes|debug packet=true|"
     "debug state=on|debug tunnel=1|max retries=5|cap backoff=8|pppd=/p|debug xport=y|debug "
     "pppd=y|chap secrets=/s|half open limit=65535|half open per source=1|packet marks=yes|"
     "metrics file=/run/m.prom|metrics interval=86400|exit with lac=no"},
    {"lns default",
     "ip range=192.0.2.2|no ip range=192.0.2.3|assign ip=yes|local ip=192.0.2.1|exclusive=no|"
     "hidden bit=no|length bit=no|challenge=no|tunnel rws=1|call rws=0|flow bit=no|flow bits=no|"
     "rx bps=10000000|tx bps=10000000|hostname=h|name=n|require chap=no|require pap=no|"
     "refuse chap=no|refuse pap=no|require authentication=no|require auth=no|"
     "refuse authentication=no|refuse auth=no|unix authentication=no|unix auth=no|ppp debug=no|"
     "pppoptfile=/o|ipparam=|pass call=yes|sticky=no|hello interval=0|reorder "
     "timeout=1000|priority bit=yes|ecn=yes|"
     "quirks=no-hello|outgoing calls=yes|disconnect cause=no|speed updates=no|setup timeout=600|"
     "send sli=yes|proxy lcp=accept|proxy authentication=ignore|unknown group=refuse|vrf=v|netns=/run/netns/n"},
    {"lns x", "assign ip=no|local ip range=192.0.2.1-192.0.2.9|lac=192.0.2.1|no lac=192.0.2.2"},
    {"lac x",
     "lns=a weight 3|lns policy=share|lns lockout=9|lns return=0|lns directed=no|connect timeout=3|"
     "source port=auto|bind address=192.0.2.1|bind device=lo|"
     "autodial=no|redial=yes|redial timeout=1|redial timeout max=2|max redials=1|local "
     "ip=192.0.2.1|"
     "remote ip=192.0.2.2|defaultroute=no|hostname=h|name=n|challenge=no|hidden bit=no|"
     "length bit=no|tunnel rws=4|call rws=0|flow bit=no|tx bps=1|rx bps=1|bps=1|require chap=no|"
     "require pap=no|refuse chap=no|refuse pap=no|require authentication=no|require auth=no|"
     "refuse authentication=no|refuse auth=no|ppp debug=no|pass peer=no|ipparam=%h|"
     "pass call=no|pppoptfile=/o|hello interval=60|reorder timeout=0|priority "
     "bit=no|ecn=no|quirks=|outgoing calls=yes|"
     "disconnect cause=yes|speed updates=yes|setup timeout=1|called number=1|calling number=2|sub address=3|"
     "private group=4|agent circuit id=c1|agent remote id=r1|actual rate up=1|actual rate down=2|"
     "minimum rate up=0|minimum rate down=4|attainable rate up=5|attainable rate down=6|"
     "maximum rate up=7|maximum rate down=4294967295|low power rate up=8|"
     "low power rate down=9|maximum delay up=1|actual delay up=2|maximum delay down=3|actual delay down=4294967295|"
     "data link=ethernet|frame tagging=tagged|cell encapsulation=8|interworking=no|line type=255|bearer type=any|physical channel=4294967295|require sequencing=yes|"
     "obey sli=no|send wen=no|minimum bps=1|maximum bps=4294967295|tie breaker=yes|"
     "fwmark=4294967295"},
};

static void test_keys(void)
{
    for (size_t i = 0; i < sizeof accepted / sizeof accepted[0]; i++) {
        char text[2048], *p;
        struct conf *c;
        const char *line;

        snprintf(text, sizeof text, "[%s]\n%s\n", accepted[i].section, accepted[i].keys);
        for (p = text; *p != '\0'; p++)
            *p = *p == '|' ? '\n' : *p;
        c = parse(text);
        ok(c != NULL, "XD-02 X4-27 every key of [%s] is accepted", accepted[i].section);
        /* the second spelling of a key sets it again, which is all that may be told */
        for (line = strtok(told, "\n"); line != NULL; line = strtok(NULL, "\n")) {
            if (strstr(line, "already: this one counts") == NULL)
                ok(false, "[%s]: %s", accepted[i].section, line);
        }
        conf_free(c);
    }
}

static void test_global(void)
{
    struct conf *c =
        parse("[global]\nLISTEN-ADDR = 2001:db8::1\nport=0\nAuth \t File = \"/a b#;\"\n"
              "access control=ON\nmax retries=9\ncap backoff=20\nDebug  AVP=1\n"
              "debug pppd=true\ndebug state=yes\n[GLOBAL]\ndebug tunnel=no\n");
    char text[ADDR_TEXT];

    if (!ok(c != NULL && told[0] == '\0', "X4-03 a [global] section is read"))
        return;
    is_int(c->global.listen.n, 1, "listen-addr");
    is_str(addr_host_text(&c->global.listen.at[0].addr, text), "2001:db8::1", "its address");
    is_int(c->global.port, 0, "X4-20 port");
    is_str(c->global.auth_file, "/a b#;", "X4-04 a quoted value holds blanks, # and ;");
    is_int(c->global.access_control, true, "access control");
    is_int(c->global.max_retries, 9, "max retries");
    is_int(c->global.cap_backoff_s, 20, "XD-03 X4-24 cap backoff");
    is_int(c->global.debug_topics, 1 << TOPIC_AVP | 1 << TOPIC_PPPD | 1 << TOPIC_STATE,
           "X4-25 topics");
    is_str(c->file, "f", "file");
    conf_free(c);

    c = parse("[global]\nauth file = \xc3\xbcx\xc3\xb6 \n");
    is_str(c->global.auth_file, "\xc3\xbcx\xc3\xb6",
           "X4-13 letters beyond ASCII at both ends of a value are kept");
    conf_free(c);

    c = parse("");
    is_int(c->global.port, 1701, "default port");
    is_str(c->global.pppd, "/usr/sbin/pppd", "X1-11 default pppd");
    is_int(c->global.max_retries, 5, "default max retries");
    is_int(c->global.listen.n, 0, "default listen-addr");
    ok(c->global.auth_file == NULL && c->lns == NULL && c->lac == NULL, "and nothing else");
    conf_free(c);
}

/* What is listened on, as "address/line address/line"; line 0: it goes without saying. */
static const struct {
    const char *text, *want;
} listened[] = {
    {"", "0.0.0.0/0 ::/0"},
    {"listen-addr = 0.0.0.0\n", "0.0.0.0/2 ::/0"},
    {"listen-addr = ::\n", "::/2"},
    {"listen-addr = 0.0.0.0, ::\n", "0.0.0.0/2 ::/2"},
    {"listen-addr = 0.0.0.0\nlisten-addr = 2001:db8::1\n", "0.0.0.0/2 2001:db8::1/3"},
    {"listen-addr = 192.0.2.1\n", "192.0.2.1/2"},
    {"listen-addr = 192.0.2.1\nlisten addr=2001:db8::1\n[global]\nlisten-addr = 192.0.2.2\n",
     "192.0.2.1/2 2001:db8::1/3 192.0.2.2/5"},
    {"listen-addr =  192.0.2.1 ,2001:db8::1,\t192.0.2.2\n",
     "192.0.2.1/2 2001:db8::1/2 192.0.2.2/2"},
    {"listen-addr = 192.0.2.1\nlisten-addr = 192.0.2.2\nlisten-addr = 192.0.2.1\n",
     "192.0.2.1/2 192.0.2.2/3"},
    {"listen-addr = 192.0.2.1\nlisten-addr = 2001:db8::1\nlisten-addr = 0.0.0.0\n",
     "2001:db8::1/3 0.0.0.0/4"},
    {"listen-addr = 192.0.2.1\nlisten-addr = 0.0.0.0\n", "0.0.0.0/3 ::/0"},
    {"listen-addr = fe80::1%lo\nlisten-addr = fe80::1%1\n", "fe80::1%1/2"},
};

static void test_listen(void)
{
    for (size_t i = 0; i < sizeof listened / sizeof listened[0]; i++) {
        char text[512], got[256] = "", address[ADDR_TEXT];
        struct conf_listen list;
        struct conf *c;

        snprintf(text, sizeof text, "[global]\n%s", listened[i].text);
        c = parse(text);
        if (!ok(c != NULL, "X4-28 listen-addr, %zu: read", i))
            continue;
        list = conf_listen_resolved(&c->global.listen);
        for (unsigned k = 0; k < list.n; k++)
            sprintf(got + strlen(got), "%s%s/%u", k > 0 ? " " : "",
                    addr_host_text(&list.at[k].addr, address), list.at[k].line);
        is_str(got, listened[i].want, "X4-28 listen-addr: what is listened on");
        conf_free(c);
    }
}

static void test_same_listen(void)
{
    static const struct {
        const char *a, *b;
        bool same;
    } rows[] = {
        {"", "listen-addr = 0.0.0.0\n", true},
        {"listen-addr = 0.0.0.0, ::\n", "", true},
        {"listen-addr = 192.0.2.1, 192.0.2.2\n",
         "listen-addr = 192.0.2.1\nlisten-addr = 192.0.2.2\nlisten-addr = 192.0.2.1\n", true},
        {"listen-addr = 192.0.2.1, 192.0.2.2\n", "listen-addr = 192.0.2.2, 192.0.2.1\n", false},
        {"listen-addr = 192.0.2.1\n", "listen-addr = 192.0.2.1, ::1\n", false},
        {"listen-addr = ::\n", "", false},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char a[256], b[256];
        struct conf *x, *y;

        snprintf(a, sizeof a, "[global]\n%s", rows[i].a);
        snprintf(b, sizeof b, "[global]\n%s", rows[i].b);
        x = parse(a);
        y = parse(b);
        is_int(conf_same_listen(&x->global.listen, &y->global.listen), rows[i].same,
               rows[i].same ? "the same is listened on" : "something else is listened on");
        conf_free(x);
        conf_free(y);
    }
}

/* Rows stand in several tables: each is found, by either spelling, and has a number of its own. */
static void test_rows(void)
{
    bool taken[CONF_ROWS_MAX] = {false};
    unsigned n = 0, bad = 0;

    for (const struct conf_row *row = NULL; (row = conf_row_next(row)) != NULL; n++) {
        size_t i = conf_row_index(row);

        bad += i >= CONF_ROWS_MAX || taken[i] || conf_row_find(row->name) != row ||
               (row->alias != NULL && conf_row_find(row->alias) != row) ||
               (row->kind != KIND_INT && (row->kind == KIND_WORD) != (row->words != NULL));
        if (i < CONF_ROWS_MAX)
            taken[i] = true;
    }
    ok(n > 70 && bad == 0, "%u rows, each of which is found, with a number of its own", n);
}

/* What each key is when nothing is said, and where its value goes. */
static void test_values(void)
{
    struct conf *c =
        parse("[lns default]\nassign ip=no\n[lac x]\nlns=a\n[global]\nhalf open limit=9\npacket "
              "marks=yes\n"
              "half open per source=7\nmetrics file=/run/m.prom\nmetrics interval=9\n[lns "
              "y]\nlac=192.0.2.1\nreorder timeout=250\npriority bit=on\n"
              "ecn=1\noutgoing calls=y\ndisconnect cause=off\nsetup timeout=5\nhello=off\ndead "
              "time=9\nsend sli=true\n"
              "[lac y]\nlns=a\ncalled number = 555 1\ncalling number=+49\nsub address=\"#7\"\n"
              "private group=g\nphysical channel=0\nrequire sequencing=yes\nobey sli=no\n"
              "agent circuit id=a 1/2:3\nagent remote id=cu\nactual rate up=1\nmaximum rate down=8\n"
              "low power rate down=10\nmaximum delay up=20\nactual delay down=23\ndata link=aal5\n"
              "frame tagging=untagged\ncell encapsulation=2\ninterworking=off\n"
              "line type=5\nspeed updates=yes\n"
              "send wen=no\nminimum bps=5\nmaximum bps=6\ntie breaker=yes\nfwmark=9\n");
    const struct conf_peer *p;
    const struct conf_lac *x, *y;

    if (!ok(c != NULL && told[0] == '\0', "files with and without the keys are read"))
        return;
    p = &conf_find_lns(c, "default")->peer;
    x = conf_find_lac(c, "x");
    y = conf_find_lac(c, "y");
    ok(p->hide == CONF_HIDE_NO && p->flow == CONF_FLOW_NO && !p->priority_bit && !p->ecn &&
           p->reorder_timeout_ms == 0 && p->quirks_on == 0 && p->quirks_off == 0 &&
           !p->outgoing_calls && p->disconnect_cause && p->setup_timeout_s == 60 && p->hello &&
           p->hello_interval_s == 60 && p->dead_time_s == 0 &&
           !conf_find_lns(c, "default")->send_sli,
       "what a peer is offered by default");
    ok(x->called_number == NULL && x->calling_number == NULL && x->sub_address == NULL &&
           x->private_group == NULL && x->bearer == CONF_BEARER_NONE && !x->has_channel &&
           !x->require_sequencing && x->obey_sli && !x->send_wen && x->minimum_bps == 10000 &&
           x->maximum_bps == 10000000 && !x->tie_breaker && x->peer.disconnect_cause &&
           x->peer.hello_interval_s == CONF_HELLO_AUTO,
       "and a LNS");
    ok(x->circuit_id == NULL && x->remote_id == NULL && x->line_type == 0 &&
           !x->peer.speed_updates && !p->speed_updates,
       "R5515-05 nothing of a line by default, nor its speed later on");
    for (unsigned i = 0; i < CONF_LINE_RATES; i++)
        ok(x->line_rates[i] == 0, "R5515-05 nor rate %u", i);
    for (unsigned i = 0; i < CONF_LINE_DELAYS; i++)
        ok(x->line_delays[i] == 0, "R5515-05 nor delay %u", i);
    for (unsigned i = 0; i < CONF_LINE_LAYERS; i++)
        ok(x->line_layers[i] == 0, "R5515-05 nor layer %u", i);
    is_int(x->interworking, CONF_INTERWORKING_UNKNOWN, "R5515-05 nor interworking");
    is_int(c->global.half_open_limit, 9, "half open limit");
    ok(c->global.packet_marks && x->fwmark == 0 && y->fwmark == 9, "packet marks and fwmark");
    is_int(c->global.half_open_per_source, 7, "half open per source");
    is_str(c->global.metrics_file, "/run/m.prom", "metrics file");
    is_int(c->global.metrics_interval_s, 9, "metrics interval");
    p = &conf_find_lns(c, "y")->peer;
    ok(p->priority_bit && p->ecn && p->reorder_timeout_ms == 250 && p->outgoing_calls &&
           !p->disconnect_cause && p->setup_timeout_s == 5 && !p->hello && p->dead_time_s == 9 &&
           conf_find_lns(c, "y")->send_sli,
       "the keys of a LNS go where they belong");
    is_str(y->called_number, "555 1", "called number");
    is_str(y->calling_number, "+49", "calling number");
    is_str(y->sub_address, "#7", "sub address");
    is_str(y->private_group, "g", "private group");
    is_str(y->circuit_id, "a 1/2:3", "R5515-05 agent circuit id");
    is_str(y->remote_id, "cu", "R5515-05 agent remote id, of two octets");
    ok(y->line_rates[0] == 1 && y->line_rates[7] == 8 && y->line_type == 5 &&
           y->peer.speed_updates,
       "R5515-05 rates, type, speed updates");
    ok(y->line_rates[9] == 10 && y->line_delays[0] == 20 && y->line_delays[3] == 23,
       "R5515-05 the last rate, delays");
    ok(y->line_layers[0] == 1 && y->line_layers[1] == 1 && y->line_layers[2] == 2 &&
           y->interworking == CONF_INTERWORKING_NO,
       "R5515-05 data link, tagging, cells, interworking");
    ok(y->has_channel && y->physical_channel == 0, "physical channel 0 is one");
    ok(y->require_sequencing && !y->obey_sli && !y->send_wen && y->minimum_bps == 5 &&
           y->maximum_bps == 6 && y->tie_breaker,
       "the other keys of a LAC");
    conf_free(c);
    c = parse("");
    ok(c->global.half_open_limit == 256 && c->global.half_open_per_source == 64 &&
           !c->global.packet_marks,
       "256 half-open tunnels, 64 of one source");
    conf_free(c);
}

/* Whom a LAC dials, when, and when again. */
static void test_dial(void)
{
    static const struct {
        const char *text, *host;
        unsigned port, weight;
    } lines[] = {
        {"a", "a", 1701, 1},
        {"a:5 weight 7", "a", 5, 7},
        {"a 5 WEIGHT 0", "a", 5, 0},
        {"[2001:db8::1]:5\tweight\t1000", "2001:db8::1", 5, 1000},
        {"2001:db8::1 weight 2", "2001:db8::1", 1701, 2},
        {"weight", "weight", 1701, 1},
        {"weight 5 weight 6", "weight", 5, 6},
    };
    struct conf *c = parse("[lac x]\nlns=a\n[lac y]\nlns=a\nlns policy=Share\nlns lockout=0\n"
                           "lns directed=off\nconnect timeout=0\nredial=1\nsource port=Random\n"
                           "bind address=2001:db8::5\nbind device=eth0\n"
                           "redial timeout max=90\n");
    const struct conf_lac *x, *y;

    if (!ok(c != NULL && told[0] == '\0', "keys of dialling are read"))
        return;
    x = conf_find_lac(c, "x");
    y = conf_find_lac(c, "y");
    ok(x->policy == CONF_POLICY_ORDER && x->lns_lockout_s == 60 && x->lns_directed &&
           x->lns_return_s == 0 && x->connect_timeout_s == 8 && x->redial_timeout_max_s == 0 &&
           x->source_port == CONF_PORT_MAIN && x->bind_device == NULL &&
           !addr_is_set(&x->bind_address.addr),
       "how a LAC dials by default");
    ok(y->policy == CONF_POLICY_SHARE && y->lns_lockout_s == 0 && !y->lns_directed &&
           y->connect_timeout_s == 0 && y->redial_timeout_max_s == 90 &&
           y->source_port == CONF_PORT_RANDOM && strcmp(y->bind_device, "eth0") == 0 &&
           y->bind_address.addr.family == 6,
       "and as it is told");
    conf_free(c);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        char text[128];

        snprintf(text, sizeof text, "[lac x]\nlns = %s\nlns policy = share\n", lines[i].text);
        c = parse(text);
        if (!ok(c != NULL && told[0] == '\0', "lns = %s", lines[i].text))
            continue;
        is_str(c->lac->lns->host, lines[i].host, "its host");
        is_int(c->lac->lns->port, (long long)lines[i].port, "its port");
        is_int(c->lac->lns->weight, (long long)lines[i].weight, "its weight");
        conf_free(c);
    }
}

static void test_sections(void)
{
    struct conf *c =
        parse("[lac b]\nlns=l1\nlns=l2:7\n[lac]\nlns=u1\n[lac]\nlns=u2\n[lac a]\nlns=x\n"
              "name = \"a \\\"q\\\" \\\\ d\\e\"\nhostname=h\nhostname =\n");
    struct conf_lac *b;

    if (!ok(c != NULL, "sections are read"))
        return;
    b = conf_find_lac(c, "b");
    ok(b == c->lac && strcmp(b->lns->host, "l1") == 0 && b->lns->next->port == 7 &&
           b->lns->next->next == NULL,
       "a list key adds, in the order of the file");
    ok(b->next == conf_find_lac(c, "(unnamed #1)") &&
           b->next->next == conf_find_lac(c, "(unnamed #2)") &&
           strcmp(b->next->next->lns->host, "u2") == 0 && b->next->lns->next == NULL,
       "X4-07 each unnamed section is a new one");
    ok(conf_find_lac(c, "A") == b->next->next->next, "names do not regard case");
    ok(conf_find_lac(c, "default") == NULL && conf_find_lns(c, "b") == NULL,
       "nothing else is found");
    is_str(conf_find_lac(c, "a")->peer.name, "a \"q\" \\ d\\e", "escapes in quotes");
    ok(conf_find_lac(c, "a")->peer.hostname == NULL, "an empty text unsets");
    is_int(b->line, 1, "line of a section");
    conf_free(c);
}

/* [lns default] and [lac default] are templates, as the manual of xl2tpd promises. */
static void test_templates(void)
{
    struct conf *c =
        parse("[lns a]\nlac = 192.0.2.1\nhostname = a\nlocal ip = 10.0.0.2\n"
              "[lns Default]\nip range = 10.0.0.10-20\nlac = 192.0.2.0/24\nhostname = d\nname = n\n"
              "local ip range = 10.0.0.3-5\nchallenge = yes\nlength bit = yes\n"
              "[lns b]\nlac = 192.0.2.2\nno ip range = 10.0.0.10\nip range = 10.1.0.1-9\nlength "
              "bit = no\n"
              "[lns c]\nname = c\n"
              "[lac default]\nlns = far\nbps = 5\nredial = yes\nquirks = minimal -no-hello\n"
              "bearer type = any\nphysical channel = 3\ncalled number = 1\n"
              "[lac a]\nlns = near\ntx bps = 7\nquirks = no-hello\nphysical channel =\n"
              "[lac b]\nbps = 9\nredial timeout = 3\nbearer type = none\n");
    struct conf_lns *a, *b;
    struct conf_lac *x, *y;

    if (!ok(c != NULL, "templates are read"))
        return;
    a = conf_find_lns(c, "a");
    b = conf_find_lns(c, "b");
    x = conf_find_lac(c, "a");
    y = conf_find_lac(c, "b");
    is_str(a->peer.hostname, "a", "what a section sets stays");
    is_str(a->peer.name, "n",
           "XD-03 X4-09 what it leaves unset comes from the template, even a later one");
    ok(a->peer.challenge && a->peer.length_bit && b->peer.challenge && !b->peer.length_bit,
       "booleans too, unless set to no");
    ok(a->ip_range != NULL && a->ip_range->low == 0x0a00000a && a->ip_range->next == NULL,
       "ranges too");
    ok(b->ip_range->deny && b->ip_range->next->low == 0x0a010001 && b->ip_range->next->next == NULL,
       "but not beside own ones, nor beside own denied ones");
    ok(a->lac->next == NULL && conf_find_lns(c, "c")->lac == NULL, "'lac' is never inherited");
    ok(a->local_ip == 0x0a000002 && a->local_ip_range == NULL && b->local_ip_range != NULL,
       "an own 'local ip' keeps 'local ip range' out");
    ok(strcmp(x->lns->host, "near") == 0 && x->lns->next == NULL &&
           strcmp(y->lns->host, "far") == 0,
       "X4-09 lns comes from the template only for those without");
    ok(x->peer.tx_bps == 7 && x->peer.rx_bps == 5 && y->peer.tx_bps == 9 && y->peer.rx_bps == 9,
       "bps sets both speeds");
    ok(x->redial && y->redial && y->redial_timeout_s == 3 && x->redial_timeout_s == 30, "redial");
    ok(x->peer.quirks_on == quirk_by_name("no-hello", 8) && x->peer.quirks_off == 0 &&
           y->peer.quirks_on == quirk_by_name("minimal", 7) &&
           y->peer.quirks_off == quirk_by_name("no-hello", 8),
       "quirks come from the template only for those without");
    ok(!x->has_channel && y->has_channel && y->physical_channel == 3,
       "an empty physical channel undoes the template's");
    ok(x->bearer == CONF_BEARER_ANY && y->bearer == CONF_BEARER_NONE, "words too");
    is_str(y->called_number, "1", "texts too");
    ok((b->set[0] | b->set[1] | b->set[2] | b->set[3]) != 0 && conf_find_lns(c, "default") != NULL,
       "own keys are marked");
    conf_free(c);
}

static void test_match(void)
{
    static const char text[] =
        "[lns default]\nassign ip=no\n[lns one]\nlac = 192.0.2.0/24\nno lac = 192.0.2.7\n"
        "lac = 192.0.2.7\nno lac = 192.0.2.8\n[lns two]\nlac = 192.0.2.5\n";
    static const struct {
        const char *peer, *open, *closed;
    } rows[] = {
        {"192.0.2.1", "one", "one"},        {"192.0.2.5", "two", "two"},
        {"192.0.2.7", "one", "one"},        {"192.0.2.8", "default", NULL},
        {"10.0.0.1", "default", NULL},      {"2001:db8::1", "default", NULL},
        {"10.9.9.9", "default", "default"},
    };
    char closed_text[1024];
    struct conf *open = parse(text), *closed;

    snprintf(closed_text, sizeof closed_text,
             "[global]\naccess control = yes\n%s[lns Default]\nlac=10.9.9.9\n", text);
    closed = parse(closed_text);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct addr peer;
        const struct conf_lns *got;

        addr_parse(rows[i].peer, 1701, &peer);
        got = conf_match_lns(open, &peer);
        is_str(got != NULL ? got->name : "refused", rows[i].open, rows[i].peer);
        got = conf_match_lns(closed, &peer);
        is_str(got != NULL ? got->name : "refused",
               rows[i].closed != NULL ? rows[i].closed : "refused",
               "X4-08 X4-33 X4-22 with access control");
    }
    conf_free(open);
    conf_free(closed);
    open = parse("[lac x]\nlns=a\n");
    ok(conf_match_lns(open, &(struct addr){.family = 4}) == NULL,
       "without any LNS, nobody is served");
    conf_free(open);
}

static void test_same(void)
{
    static const struct {
        const char *name, *a, *b;
        bool same, same_pool;
    } rows[] = {
        {"the same", "ip range=10.0.0.1-9\nname=x", "name = x\n\nip range = 10.0.0.1 - 10.0.0.9", 1,
         1},
        {"another name", "ip range=10.0.0.1-9\nname=x", "ip range=10.0.0.1-9\nname=y", 0, 1},
        {"another pool", "ip range=10.0.0.1-9", "ip range=10.0.0.1-8", 0, 0},
        {"one more range", "ip range=10.0.0.1-9", "ip range=10.0.0.1-9\nno ip range=10.0.0.2", 0,
         0},
        {"a boolean", "pass peer=yes\nassign ip=no", "assign ip=no", 0, 1},
        {"an unset text", "name=x\nassign ip=no", "assign ip=no", 0, 1},
        {"a word", "flow bit=auto\nassign ip=no", "flow bit=yes\nassign ip=no", 0, 1},
        {"forced quirks", "quirks=minimal\nassign ip=no", "assign ip=no", 0, 1},
        {"forbidden quirks", "quirks=-minimal\nassign ip=no", "assign ip=no", 0, 1},
        {"the same quirks", "quirks=no-hello,minimal\nassign ip=no",
         "quirks=minimal no-hello\nassign ip=no", 1, 1},
        {"a time", "setup timeout=5\nassign ip=no", "assign ip=no", 0, 1},
        {"peers", "lac=10.0.0.1\nassign ip=no", "lac=10.0.0.2\nassign ip=no", 0, 1},
    };
    struct conf *x, *y;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[256];

        snprintf(text, sizeof text, "[lns x]\n%s\n", rows[i].a);
        x = parse(text);
        snprintf(text, sizeof text, "\n[lns x]\n%s\n", rows[i].b);
        y = parse(text);
        ok(conf_same_lns(x->lns, y->lns) == rows[i].same &&
               conf_same_pool(x->lns, y->lns) == rows[i].same_pool,
           "reload: %s", rows[i].name);
        conf_free(x);
        conf_free(y);
    }
    x = parse("[lac x]\nlns=a\n");
    y = parse("[lac x]\nlns=a\nlns=b\n");
    ok(conf_same_lac(x->lac, x->lac) && !conf_same_lac(x->lac, y->lac), "reload: one more lns");
    conf_free(x);
    conf_free(y);
    x = parse("[lac x]\nlns=a\nphysical channel=0\n[lac y]\nlns=a\nphysical channel=1\n");
    y = parse("[lac x]\nlns=a\n[lac y]\nlns=a\nphysical channel=1\n");
    ok(!conf_same_lac(x->lac, y->lac) && !conf_same_lac(x->lac, x->lac->next) &&
           conf_same_lac(x->lac->next, y->lac->next),
       "reload: a physical channel");
    conf_free(x);
    conf_free(y);
}

int main(void)
{
    test_keys();
    test_global();
    test_listen();
    test_same_listen();
    test_rows();
    test_values();
    test_dial();
    test_sections();
    test_templates();
    test_match();
    test_same();
    return tap_done();
}
