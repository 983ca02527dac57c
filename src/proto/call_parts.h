/* call_parts: what the files of a call share: call.c lives its life, call_say.c puts its messages
 * together, call_facts.c keeps what the peer's say, call_data.c minds its frames. */
#ifndef PROTO_CALL_PARTS_H
#define PROTO_CALL_PARTS_H

#include "proto/call.h"

/* True if we are the LAC of this call. */
bool call_is_lac(const struct call *c);

/* News of this call for the host: NEWS_*. */
void call_tell(struct call *c, unsigned news);

/* Messages.  False: the transport has no room for it. */
bool call_say_icrq(struct call *c);
bool call_say_ocrq(struct call *c);
bool call_say_id(struct call *c, enum msg_type type);        /* ICRP, OCRP */
bool call_say_connected(struct call *c, enum msg_type type); /* ICCN, OCCN */
bool call_say_cdn(struct call *c, const struct verdict *why);
bool call_say_line_info(struct call *c);
bool call_say_line_errors(struct call *c);
bool call_say_speed(struct call *c, enum msg_type type); /* CSUN, CSURQ, of this call alone */

/* Whether a text can be kept whole in so much room, as a string.  What is cut, or ends early, would be
 * somebody else's. */
bool call_can_keep(struct span text, size_t room);

/* What a good message says of the call. */
void call_keep_facts(struct call *c, const struct msg *m);
void call_keep_status(struct call *c, const struct msg *m); /* SLI, WEN: news */
void call_keep_cause(struct call *c, const struct msg *m);  /* CDN */

struct call_proxy *call_proxy_copy(const struct call_proxy *from); /* NULL without memory */
void call_proxy_forget(struct call *c);                            /* it may have none */
size_t call_proxy_size(const struct call_proxy *p);                /* of its octets */

struct call_line *call_line_copy(const struct call_line *from); /* NULL without memory */

/* Data. */
void call_data_tick(struct call *c, uint64_t now);
void call_data_free(struct call *c);

#endif
