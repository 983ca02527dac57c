/* steps: how the inputs of fuzz_exchange are made, and made into others.
 *
 * An input is a head and then steps: an octet for what is done, one for how many octets of its own
 * the step has, and these.  Any octets are an input; a mutation that knows steps keeps the rest of
 * an exchange as it was while it changes one thing in it. */
#ifndef FUZZ_STEPS_H
#define FUZZ_STEPS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size,
                                 uint8_t *out, size_t most, unsigned seed);

#define STEP_HEAD 2
#define STEPS_MOST 128
#define STEP_OCTETS 24 /* of a step that is made up, at most */

struct steps {
    size_t at[STEPS_MOST + 1]; /* where each begins; the last: where they end */
    size_t n;
};

static uint32_t steps_dice;

static uint32_t steps_roll(uint32_t sides)
{
    steps_dice ^= steps_dice << 13;
    steps_dice ^= steps_dice >> 17;
    steps_dice ^= steps_dice << 5;
    return steps_dice % sides;
}

static struct steps steps_of(const uint8_t *data, size_t size, size_t head)
{
    struct steps s = {{head}, 0};

    while (s.n < STEPS_MOST && s.at[s.n] + STEP_HEAD <= size) {
        size_t end = s.at[s.n] + STEP_HEAD + data[s.at[s.n] + 1];

        s.at[++s.n] = end < size ? end : size;
    }
    return s;
}

/* What stands at "at" for "out" octets becomes n others; the size then. */
static size_t steps_put(uint8_t *data, size_t size, size_t most, size_t at, size_t out,
                        const uint8_t *in, size_t n)
{
    if (size - out + n > most)
        return size;
    memmove(data + at + n, data + at + out, size - at - out);
    if (n > 0)
        memcpy(data + at, in, n);
    return size - out + n;
}

/* Zeros above all: they stand for "as it should be". */
static size_t step_invent(uint8_t *step, unsigned kinds)
{
    size_t n = steps_roll(STEP_OCTETS + 1);

    step[0] = (uint8_t)(steps_roll(kinds) | (steps_roll(2) ? 0x80u : 0));
    step[1] = (uint8_t)n;
    for (size_t i = 0; i < n; i++)
        step[STEP_HEAD + i] = (uint8_t)(steps_roll(3) == 0 ? steps_roll(256) : 0);
    if (n > 1 && steps_roll(2))
        step[STEP_HEAD + 1] = (uint8_t)steps_roll(16); /* the type of a message */
    return STEP_HEAD + n;
}

static size_t step_change(uint8_t *data, size_t size, size_t most, size_t at, size_t end)
{
    uint8_t room[STEP_HEAD + 255];
    size_t n = end - at;

    if (n <= STEP_HEAD || steps_roll(8) == 0) {
        data[at] = (uint8_t)steps_roll(256);
        return size;
    }
    if (steps_roll(2)) {
        data[at + STEP_HEAD + steps_roll((uint32_t)(n - STEP_HEAD))] = (uint8_t)steps_roll(256);
        return size;
    }
    memcpy(room, data + at, n);
    n = STEP_HEAD + LLVMFuzzerMutate(room + STEP_HEAD, n - STEP_HEAD, 255);
    room[1] = (uint8_t)(n - STEP_HEAD);
    return steps_put(data, size, most, at, end - at, room, n);
}

/* One mutation; head: the octets before the steps; kinds: of steps. */
static size_t steps_mutate(uint8_t *data, size_t size, size_t most, size_t head, unsigned kinds)
{
    uint8_t room[STEP_HEAD + 255];
    struct steps s;
    size_t a, b, n;

    if (size < head || steps_roll(10) == 0) {
        n = size < head ? size : head;
        if (n > 0 && steps_roll(4) != 0)
            data[steps_roll((uint32_t)n)] ^= (uint8_t)(1u << steps_roll(8));
        else
            return LLVMFuzzerMutate(data, size, most);
        return size;
    }
    s = steps_of(data, size, head);
    a = steps_roll((uint32_t)s.n + 1);
    b = s.n > 0 ? steps_roll((uint32_t)s.n) : 0;
    if (s.n == 0 || steps_roll(3) == 0)
        return steps_put(data, size, most, s.at[a], 0, room, step_invent(room, kinds));
    n = s.at[b + 1] - s.at[b];
    switch (steps_roll(8)) {
    case 0:
        return steps_put(data, size, most, s.at[b], n, room, 0);
    case 1: /* once more, elsewhere */
        memcpy(room, data + s.at[b], n);
        return steps_put(data, size, most, s.at[a], 0, room, n);
    case 2: /* elsewhere */
        memcpy(room, data + s.at[b], n);
        size = steps_put(data, size, most, s.at[b], n, room, 0);
        s = steps_of(data, size, head);
        return steps_put(data, size, most, s.at[steps_roll((uint32_t)s.n + 1)], 0, room, n);
    default:
        return step_change(data, size, most, s.at[b], s.at[b + 1]);
    }
}

static inline size_t steps_mutate_some(uint8_t *data, size_t size, size_t most, unsigned seed,
                                       size_t head, unsigned kinds)
{
    steps_dice = seed * 2654435761u | 1;
    for (unsigned n = 1 + steps_roll(4); n > 0; n--)
        size = steps_mutate(data, size, most, head, kinds);
    return size;
}

/* The beginning of one exchange, the end of another. */
static inline size_t steps_cross(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size,
                                 uint8_t *out, size_t most, unsigned seed, size_t head)
{
    struct steps sa = steps_of(a, a_size, head), sb = steps_of(b, b_size, head);
    size_t first, from;

    steps_dice = seed * 2654435761u | 1;
    first = a_size < head ? a_size : sa.at[steps_roll((uint32_t)sa.n + 1)];
    from = b_size < head ? b_size : sb.at[steps_roll((uint32_t)sb.n + 1)];
    if (first + (b_size - from) > most)
        return 0;
    memcpy(out, a, first);
    memcpy(out + first, b + from, b_size - from);
    return first + (b_size - from);
}

#endif
