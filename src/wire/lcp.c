/* LCP options, by a table: type, name, size and how the value is shown.  See lcp.h. */
#include "wire/lcp.h"

#include "wire/line.h"

#define OPTION_HEADER 2 /* octets of type and length */
#define HEX_MOST 32     /* octets shown of a value in hex */
#define PROTOCOL_CHAP 0xc223u
#define PROTOCOL_LQR 0xc025u

typedef void show_fn(struct line *l, struct span value);

static void show_flag(struct line *l, struct span value)
{
    (void)l;
    (void)value;
}

static void show_u16(struct line *l, struct span value)
{
    struct rd r = rd_over(value);

    line_add(l, "=%u", (unsigned)rd_u16(&r));
}

static void show_word(struct line *l, struct span value)
{
    line_add(l, "=");
    line_hex(l, value, HEX_MOST);
}

static const struct {
    unsigned number;
    const char *name;
} protocols[] =
    {
        {0xc023, "pap"},
        {PROTOCOL_CHAP, "chap"},
        {0xc227, "eap"},
        {PROTOCOL_LQR, "lqr"},
},
  algorithms[] = {
      {5, "md5"},
      {6, "sha1"},
      {0x80, "ms"},
      {0x81, "ms-v2"},
};

static void show_protocol(struct line *l, unsigned protocol)
{
    for (size_t i = 0; i < sizeof protocols / sizeof protocols[0]; i++)
        if (protocols[i].number == protocol) {
            line_add(l, "=%s", protocols[i].name);
            return;
        }
    line_add(l, "=%04x", protocol);
}

static void show_auth(struct line *l, struct span value)
{
    struct rd r = rd_over(value);
    unsigned protocol = rd_u16(&r);

    show_protocol(l, protocol);
    if (rd_left(&r) == 0)
        return;
    line_add(l, "-");
    for (size_t i = 0; i < sizeof algorithms / sizeof algorithms[0]; i++)
        if (protocol == PROTOCOL_CHAP && rd_left(&r) == 1 && algorithms[i].number == r.p[0]) {
            line_add(l, "%s", algorithms[i].name);
            return;
        }
    line_hex(l, rd_rest(&r), HEX_MOST);
}

static void show_quality(struct line *l, struct span value)
{
    struct rd r = rd_over(value);

    show_protocol(l, rd_u16(&r));
    if (rd_left(&r) > 0) {
        line_add(l, "-");
        line_hex(l, rd_rest(&r), HEX_MOST);
    }
}

/* A kind in one octet, and what belongs to it: the operation of a callback, the class of an
 * endpoint discriminator. */
static void show_kind(struct line *l, struct span value)
{
    line_add(l, "=%u", (unsigned)value.p[0]);
    if (value.n > 1) {
        line_add(l, ":");
        line_hex(l, span_of(value.p + 1, value.n - 1), HEX_MOST);
    }
}

static const struct option {
    uint8_t type;
    const char *name;
    uint8_t least, most; /* octets of the value */
    show_fn *show;
} options[] = {
    {1, "mru", 2, 2, show_u16},          {2, "accm", 4, 4, show_word},
    {3, "auth", 2, 253, show_auth},      {4, "quality", 2, 253, show_quality},
    {5, "magic", 4, 4, show_word},       {7, "pfc", 0, 0, show_flag},
    {8, "acfc", 0, 0, show_flag},        {13, "callback", 1, 253, show_kind}, /* RFC 1570, 2.3 */
    {17, "mrru", 2, 2, show_u16},                                             /* RFC 1990, 5.1.1 */
    {18, "short-seq", 0, 0, show_flag},                                       /* RFC 1990, 5.1.2 */
    {19, "endpoint", 1, 253, show_kind},                                      /* RFC 1990, 5.1.3 */
};

static const struct option *option_of(unsigned type)
{
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
        if (options[i].type == type)
            return &options[i];
    return NULL;
}

/* The next option; false if what is left is none, or one of a wrong size. */
static bool next_option(struct rd *r, unsigned *type, struct span *value)
{
    const struct option *o;
    unsigned length;

    *type = rd_u8(r);
    length = rd_u8(r);
    if (r->failed || length < OPTION_HEADER)
        return false;
    *value = rd_take(r, length - OPTION_HEADER);
    o = option_of(*type);
    return !r->failed && (o == NULL || (value->n >= o->least && value->n <= o->most));
}

bool lcp_well_formed(struct span list)
{
    struct rd r = rd_over(list);
    bool fine = true;

    while (fine && rd_left(&r) > 0) {
        struct span value;
        unsigned type;

        fine = next_option(&r, &type, &value);
    }
    return fine;
}

char *lcp_describe(struct span list, char *dst, size_t size)
{
    struct line l = line_over(dst, size);
    struct rd r = rd_over(list);

    while (rd_left(&r) > 0) {
        const struct option *o;
        struct span value;
        unsigned type;

        line_add(&l, "%s", l.used > 0 ? " " : "");
        if (!next_option(&r, &type, &value)) {
            line_add(&l, "malformed");
            break;
        }
        o = option_of(type);
        if (o != NULL) {
            line_add(&l, "%s", o->name);
            o->show(&l, value);
            continue;
        }
        line_add(&l, "option-%u", type);
        if (value.n > 0)
            show_word(&l, value);
    }
    return dst;
}
