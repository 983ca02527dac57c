/* The kernel for x86 CPUs with AVX-512 VBMI2: 64 octets at once, made longer and shorter by masks;
 * carry-less multiplication of four blocks at once. */
#include "wire/hdlc_kernel.h"

#ifdef HDLC_X86
#include <immintrin.h>

#define WIDE                                                                                       \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi2,vpclmulqdq,pclmul,"               \
                          "bmi,bmi2,popcnt")))

/* The first n of 64, n up to 64. */
WIDE static inline uint64_t first(size_t n)
{
    return _bzhi_u64(~(uint64_t)0, (unsigned)n);
}

/* Which octets of v must be escaped; rows and bits say an accm, as in hdlc_sixteen.h. */
struct map {
    __m512i rows, bits;
};

WIDE static inline struct map map_of(uint32_t accm)
{
    __m128i rows = _mm_cvtsi32_si128((int)accm);
    __m128i bits = _mm_cvtsi64_si128((long long)0x8040201008040201u);

    return (struct map){_mm512_broadcast_i32x4(rows), _mm512_broadcast_i32x4(bits)};
}

WIDE static inline uint64_t special(__m512i v, uint32_t accm, const struct map *m)
{
    uint64_t mask = _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8(HDLC_FLAG)) |
                    _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8(HDLC_ESCAPE));
    __m512i row, bit;

    if (accm == 0)
        return mask;
    row = _mm512_and_si512(_mm512_srli_epi16(v, 3), _mm512_set1_epi8(3));
    bit = _mm512_and_si512(v, _mm512_set1_epi8(7));
    row = _mm512_shuffle_epi8(m->rows, row);
    bit = _mm512_shuffle_epi8(m->bits, bit);
    return mask |
           (_mm512_cmplt_epu8_mask(v, _mm512_set1_epi8(32)) & _mm512_test_epi8_mask(row, bit));
}

/* n of 32 octets, n at least 1, those in the mask flipped already: each is given an escape in front
 * of it, and of the escapes those in the mask stay. */
WIDE static inline uint8_t *put_half(uint8_t *d, __m256i v, uint32_t mask, size_t n)
{
    __m512i pairs = _mm512_or_si512(_mm512_slli_epi16(_mm512_cvtepu8_epi16(v), 8),
                                    _mm512_set1_epi16(HDLC_ESCAPE));
    uint64_t stay = (_pdep_u64(mask, 0x5555555555555555u) | 0xaaaaaaaaaaaaaaaau) & first(2 * n);
    size_t len = (size_t)_mm_popcnt_u64(stay);

    _mm512_mask_storeu_epi8(d, first(len), _mm512_maskz_compress_epi8(stay, pairs));
    return d + len;
}

WIDE static uint8_t *put(uint8_t *d, const uint8_t *p, size_t n, uint32_t accm)
{
    struct map m = map_of(accm);

    while (n > 0) {
        size_t some = n < 64 ? n : 64;
        __m512i v = _mm512_maskz_loadu_epi8(first(some), p);
        uint64_t mask = special(v, accm, &m) & first(some);

        if (mask == 0) {
            _mm512_mask_storeu_epi8(d, first(some), v);
            d += some;
        } else {
            __m512i flip = _mm512_maskz_set1_epi8(mask, HDLC_FLIP);

            v = _mm512_xor_si512(v, flip);
            d = put_half(d, _mm512_castsi512_si256(v), (uint32_t)mask, some < 32 ? some : 32);
            if (some > 32)
                d = put_half(d, _mm512_extracti64x4_epi64(v, 1), (uint32_t)(mask >> 32), some - 32);
        }
        p += some;
        n -= some;
    }
    return d;
}

/* Up to 64 octets, up to a flag; false if they must be done one by one. */
WIDE static inline bool take_block(struct hdlc_take *t, size_t n)
{
    __m512i v = _mm512_maskz_loadu_epi8(first(n), t->p);
    uint64_t flags = _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8(HDLC_FLAG));
    uint64_t escapes = _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8(HDLC_ESCAPE)), behind, stay;

    if (flags != 0)
        n = (size_t)_tzcnt_u64(flags);
    escapes &= first(n);
    behind = escapes << 1 | t->escaped;
    if ((escapes & behind) != 0)
        return false;
    stay = first(n) & ~escapes;
    if (behind != 0) {
        v = _mm512_xor_si512(v, _mm512_maskz_set1_epi8(behind, HDLC_FLIP));
        v = _mm512_maskz_compress_epi8(stay, v);
    }
    _mm512_storeu_si512(t->d, v);
    t->d += _mm_popcnt_u64(stay);
    t->escaped = escapes >> (n - 1) & 1;
    t->p += n;
    return true;
}

WIDE static void take(struct hdlc_take *t)
{
    const uint8_t *end = t->end;

    while (t->accm == 0 && t->p < end && t->full - t->d >= 64 && *t->p != HDLC_FLAG) {
        size_t n = end - t->p < 64 ? (size_t)(end - t->p) : 64;

        if (take_block(t, n))
            continue;
        /* an escaped escape: few, or an enemy's */
        t->end = t->p + n;
        hdlc_plain.take(t);
        t->end = end;
    }
    if (t->p < end && *t->p != HDLC_FLAG)
        hdlc_plain.take(t);
}

WIDE static inline __m512i fold(__m512i v, __m512i k)
{
    return _mm512_xor_si512(_mm512_clmulepi64_epi128(v, k, 0x00),
                            _mm512_clmulepi64_epi128(v, k, 0x11));
}

WIDE static inline __m128i fold_one(__m128i v, __m128i k, __m128i next)
{
    __m128i low = _mm_clmulepi64_si128(v, k, 0x00), high = _mm_clmulepi64_si128(v, k, 0x11);

    return _mm_xor_si128(_mm_xor_si128(low, high), next);
}

WIDE static inline __m128i load(const uint8_t *p)
{
    return _mm_loadu_si128((const __m128i *)(const void *)p);
}

/* Folds the whole 128s of the octets at p into the block a that stands before them. */
WIDE static inline __m128i fold_many(__m128i a, __m128i k, const uint8_t *p, size_t n)
{
    static const uint64_t by_512[2] = {HDLC_FOLD_512}, by_1024[2] = {HDLC_FOLD_1024};
    __m512i near = _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)(const void *)by_512));
    __m512i far = _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)(const void *)by_1024));
    __m512i x = _mm512_loadu_si512(p), y = _mm512_loadu_si512(p + 64);

    a = fold_one(a, k, _mm512_castsi512_si128(x));
    x = _mm512_inserti32x4(x, a, 0);
    for (p += 128, n -= 128; n >= 128; n -= 128, p += 128) {
        x = _mm512_xor_si512(fold(x, far), _mm512_loadu_si512(p));
        y = _mm512_xor_si512(fold(y, far), _mm512_loadu_si512(p + 64));
    }
    y = _mm512_xor_si512(y, fold(x, near));
    a = fold_one(_mm512_castsi512_si128(y), k, _mm512_extracti32x4_epi32(y, 1));
    a = fold_one(a, k, _mm512_extracti32x4_epi32(y, 2));
    return fold_one(a, k, _mm512_extracti32x4_epi32(y, 3));
}

/* See HDLC_LAST_HALVES. */
WIDE static inline uint16_t last_block(__m128i v)
{
    static const uint64_t halves[2] = {HDLC_LAST_HALVES};
    __m128i r = fold_one(v, load((const uint8_t *)halves), _mm_setzero_si128());
    uint64_t high = (uint64_t)_mm_extract_epi64(r, 1);
    uint64_t h = (uint64_t)_mm_cvtsi128_si64(r) >> 48 | high << 16;
    __m128i by = _mm_set_epi64x(HDLC_LAST_P, (long long)HDLC_LAST_QUOTIENT);
    __m128i q = _mm_clmulepi64_si128(_mm_cvtsi64_si128((long long)h), by, 0x00);

    h ^= (uint64_t)_mm_cvtsi128_si64(q) << 1;
    q = _mm_clmulepi64_si128(_mm_cvtsi64_si128((long long)h), by, 0x10);
    return (uint16_t)(high >> 48 ^ (uint64_t)_mm_extract_epi64(q, 1));
}

WIDE static uint16_t fcs(uint16_t fcs, const uint8_t *p, size_t n)
{
    static const uint64_t by_128[2] = {HDLC_FOLD_128};
    static const uint8_t shifts[48] = HDLC_SHIFTS;
    __m128i k = load((const uint8_t *)by_128), start = _mm_cvtsi32_si128(fcs), a, b;
    size_t r = n % 16;

    if (n < HDLC_FOLD_LEAST)
        return hdlc_plain.fcs(fcs, p, n);
    a = _mm_shuffle_epi8(_mm_xor_si128(load(p), start), load(shifts + r));
    b = _mm_xor_si128(load(p + r), _mm_shuffle_epi8(start, load(shifts + 16 + r)));
    a = fold_one(a, k, b);
    p += 16 + r;
    n -= 16 + r;
    if (n >= 128) {
        a = fold_many(a, k, p, n);
        p += n - n % 128;
        n %= 128;
    }
    for (; n > 0; n -= 16, p += 16)
        a = fold_one(a, k, load(p));
    return last_block(a);
}

static bool there(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vbmi2") &&
           __builtin_cpu_supports("vpclmulqdq") && __builtin_cpu_supports("pclmul") &&
           __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") &&
           __builtin_cpu_supports("popcnt");
}

const struct hdlc_kernel hdlc_avx512 = {"avx512", there, fcs, put, take};
#endif
