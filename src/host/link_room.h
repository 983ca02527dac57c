/* link_room: room for the frames that wait in a link, of two sizes.  All but a few are taken and given back
 * with each burst, so some that nobody has are kept: the C library would ask the system for them each
 * time, and give them back.  link_drain() frees these. */
#ifndef HOST_LINK_ROOM_H
#define HOST_LINK_ROOM_H

#include <stddef.h>
#include <stdint.h>

#include "host/link.h"

#define LINK_ROOM_SMALL 8192                 /* octets: as much as most need */
#define LINK_ROOM_LARGE (LINK_QUEUE + 16384) /* and the others: more than waits, lest all of that be
                                              * moved for each frame that makes way */

/* One of either size, or NULL without memory; and back, with its size (NULL is nothing to give). */
uint8_t *link_room_get(size_t room);
void link_room_put(uint8_t *queue, size_t room);

#endif
