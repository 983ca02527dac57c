/* The kernel for x86 CPUs since 2010: SSSE3's shuffle, carry-less multiplication. */
#include "wire/hdlc_kernel.h"

#ifdef HDLC_X86
#include <immintrin.h>

#define SIXTEEN __attribute__((target("ssse3,pclmul,popcnt")))
typedef __m128i octets;

#define load(at) _mm_loadu_si128((const __m128i *)(const void *)(at))
#define store(at, v) _mm_storeu_si128((__m128i *)(void *)(at), (v))
#define all(c) _mm_set1_epi8((char)(c))
#define same(a, b) _mm_cmpeq_epi8((a), (b))
#define both(a, b) _mm_and_si128((a), (b))
#define either(a, b) _mm_or_si128((a), (b))
#define differ(a, b) _mm_xor_si128((a), (b))
#define shift3(v) both(_mm_srli_epi16((v), 3), all(0x1f))
#define lesser(a, b) _mm_min_epu8((a), (b))
#define pick(v, i) _mm_shuffle_epi8((v), (i))
#define load_halves(p, q)                                                                          \
    _mm_unpacklo_epi64(_mm_loadl_epi64((const __m128i *)(const void *)(p)),                        \
                       _mm_loadl_epi64((const __m128i *)(const void *)(q)))
#define store_low(at, v) _mm_storel_epi64((__m128i *)(void *)(at), (v))
#define store_high(at, v) _mm_storel_epi64((__m128i *)(void *)(at), _mm_srli_si128((v), 8))
#define number(v) _mm_cvtsi32_si128((int)(v))
#define moved(v) _mm_slli_si128((v), 1)
#define top_bits(v) ((unsigned)_mm_movemask_epi8(v))
#define first_half(v) ((uint64_t)_mm_cvtsi128_si64(v))
#define last_half(v) first_half(_mm_unpackhi_epi64((v), (v)))
#define times(a, b)                                                                                \
    _mm_clmulepi64_si128(_mm_cvtsi64_si128((long long)(a)), _mm_cvtsi64_si128((long long)(b)), 0)
#define product(v, k)                                                                              \
    differ(_mm_clmulepi64_si128((v), (k), 0x00), _mm_clmulepi64_si128((v), (k), 0x11))

#include "wire/hdlc_sixteen.h"

static bool there(void)
{
    make_tables();
    return __builtin_cpu_supports("ssse3") && __builtin_cpu_supports("pclmul") &&
           __builtin_cpu_supports("popcnt");
}

const struct hdlc_kernel hdlc_ssse3 = {"ssse3", there, fcs, put, take};
#endif
