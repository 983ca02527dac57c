/* xfrm: as much of the kernel's IPsec by netlink as is needed to set and remove some policies of our
 * own, and to hear of new security associations (linux/xfrm.h, man 8 ip-xfrm).
 *
 * The kernel's headers are not there for every C library, and what they say here cannot change.
 * Addresses and ports are in network order, everything else in host order. */
#ifndef HOST_XFRM_H
#define HOST_XFRM_H

#include <stdint.h>

#define XFRM_PROTOCOL 6 /* NETLINK_XFRM */
#define XFRM_GROUP_SA 0x4u /* news of associations */
#define XFRM_GROUP_POLICY 0x8u /* and of policies */
#define XFRM_NEW_SA 0x10u
#define XFRM_NEW_POLICY 0x13u
#define XFRM_DROP_POLICY 0x14u
#define XFRM_GET_POLICY 0x15u
#define XFRM_RESET_POLICY 0x19u /* one for the same selector, in its place */
#define XFRM_FLUSH_POLICY 0x1du /* all are gone */

/* What the policies of host/guard bear: this bit of the index, and this mask of the peer's port */
#define XFRM_OURS 0x80000000u
#define XFRM_HALF 0x8000u

#define XFRM_IN 0u
#define XFRM_OUT 1u
#define XFRM_ALLOW 0u
#define XFRM_BLOCK 1u
#define XFRM_ENDLESS (~(uint64_t)0)

struct xfrm_sel {
    uint8_t destination[16], source[16];
    uint16_t destination_port, destination_mask, source_port, source_mask;
    uint16_t family;
    uint8_t destination_bits, source_bits;
    uint8_t protocol;
    uint8_t pad[3];
    int32_t interface;
    uint32_t user;
};

struct xfrm_info { /* as struct xfrm_userpolicy_info */
    struct xfrm_sel selector;
    uint64_t soft_octets, hard_octets, soft_packets, hard_packets;
    uint64_t expires[4]; /* 0: never */
    uint64_t current[4];
    uint32_t priority; /* the lower goes first */
    uint32_t index;    /* its three lowest bits are the direction */
    uint8_t direction, action, flags, share;
    uint8_t pad[4];
};

struct xfrm_id { /* as struct xfrm_userpolicy_id */
    struct xfrm_sel selector;
    uint32_t index;
    uint8_t direction;
    uint8_t pad[3];
};

struct xfrm_sa { /* as struct xfrm_usersa_info */
    struct xfrm_sel selector;
    uint8_t destination[16];
    uint32_t spi; /* 0: none yet */
    uint8_t protocol;
    uint8_t pad[3];
    uint8_t source[16];
    uint64_t limits[12]; /* of octets, packets and time, and what was used of them */
    uint32_t statistics[3], sequence, request;
    uint16_t family;
    uint8_t mode, window, flags;
    uint8_t pad_too[7];
};

_Static_assert(sizeof(struct xfrm_sel) == 56, "as the kernel has it");
_Static_assert(sizeof(struct xfrm_info) == 168, "as the kernel has it");
_Static_assert(sizeof(struct xfrm_id) == 64, "as the kernel has it");
_Static_assert(sizeof(struct xfrm_sa) == 224, "as the kernel has it");

#endif
