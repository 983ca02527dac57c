/* A program for the kernel that chooses among the sockets of a port (socket(7),
 * SO_ATTACH_REUSEPORT_CBPF, Linux 4.5); see lane.h.  It sees a datagram from its UDP payload on,
 * and what it would read beyond the end makes it return 0: the first socket. */
#include "host/lane.h"

#include <stdint.h>
#include <sys/socket.h>

/* The kernel's linux/filter.h, which not each C library comes with. */
struct instruction {
    uint16_t code;
    uint8_t yes, no; /* instructions that a test leaps over */
    uint32_t value;
};
struct program {
    uint16_t n;
    const struct instruction *of;
};
enum {
    LOAD_HALF = 0x28,    /* A: two octets from the value on */
    LOAD_HALF_AT = 0x48, /* ... from X and the value on */
    LOAD_OCTET_AT = 0x50,
    SET_X = 0x01,
    ADD = 0x04, /* to A */
    A_TO_X = 0x07,
    X_TO_A = 0x87,
    IF_SAME = 0x15, /* A and the value */
    IF_ANY = 0x45,  /* bit in both */
    RETURN = 0x06
};

/* Each C library's headers may be older than the kernel. */
#ifndef SO_ATTACH_REUSEPORT_CBPF
#if defined __sparc__
#define SO_ATTACH_REUSEPORT_CBPF 0x0035
#elif defined __hppa__
#define SO_ATTACH_REUSEPORT_CBPF 0x402C
#else
#define SO_ATTACH_REUSEPORT_CBPF 51
#endif
#endif

#define DATA 0
#define FIRST 1

/* The two octets of the header that have its flags. */
#define IS_CONTROL 0x8000
#define HAS_LENGTH 0x4000
#define HAS_NUMBERS_OR_OFFSET (0x0800 | 0x0200)

#define HEADER 6
#define LENGTH 2
#define ADDRESS_CONTROL 0xff03 /* RFC 1662, 3.1 */
#define LCP 0xc021
#define ECHO_REQUEST 9
#define ECHO_REPLY 10

static const struct instruction instructions[] = {
    {LOAD_HALF, 0, 0, 0},
    {IF_ANY, 15, 0, IS_CONTROL},
    {IF_ANY, 13, 0, HAS_NUMBERS_OR_OFFSET},
    {SET_X, 0, 0, HEADER},
    {IF_ANY, 0, 1, HAS_LENGTH},
    {SET_X, 0, 0, HEADER + LENGTH},
    {LOAD_HALF_AT, 0, 0, 0}, /* of the PPP frame, which begins at X */
    {IF_SAME, 0, 4, ADDRESS_CONTROL},
    {X_TO_A, 0, 0, 0},
    {ADD, 0, 0, 2},
    {A_TO_X, 0, 0, 0},
    {LOAD_HALF_AT, 0, 0, 0},
    {IF_SAME, 0, 3, LCP},
    {LOAD_OCTET_AT, 0, 0, 2}, /* its code */
    {IF_SAME, 2, 0, ECHO_REQUEST},
    {IF_SAME, 1, 0, ECHO_REPLY},
    {RETURN, 0, 0, DATA},
    {RETURN, 0, 0, FIRST},
};

int lane_steer(int fd)
{
    struct program p = {sizeof instructions / sizeof *instructions, instructions};

    return setsockopt(fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &p, sizeof p);
}
