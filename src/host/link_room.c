/* Room for what waits in links; see link_room.h. */
#include "host/link_room.h"

#include <stdlib.h>

/* Those that nobody has now. */
static struct {
    size_t room;
    unsigned most, n;
    uint8_t *queue[64];
} spares[] = {{.room = LINK_ROOM_SMALL, .most = 64}, {.room = LINK_ROOM_LARGE, .most = 8}};

uint8_t *link_room_get(size_t room)
{
    size_t i = room > LINK_ROOM_SMALL;

    return spares[i].n > 0 ? spares[i].queue[--spares[i].n] : malloc(room);
}

void link_room_put(uint8_t *queue, size_t room)
{
    size_t i = room > LINK_ROOM_SMALL;

    if (queue != NULL && spares[i].n < spares[i].most)
        spares[i].queue[spares[i].n++] = queue;
    else
        free(queue);
}

void link_drain(void)
{
    for (size_t i = 0; i < sizeof spares / sizeof spares[0]; i++)
        while (spares[i].n > 0)
            free(spares[i].queue[--spares[i].n]);
}
