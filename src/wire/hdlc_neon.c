/* The kernel for 64-bit ARM: table look-up in registers; carry-less multiplication where the
 * compiler's target has it. */
#include "wire/hdlc_kernel.h"

#ifdef HDLC_NEON
#include <arm_neon.h>

#define SIXTEEN
typedef uint8x16_t octets;

#define load(at) vld1q_u8((const uint8_t *)(at))
#define store(at, v) vst1q_u8((uint8_t *)(at), (v))
#define all(c) vdupq_n_u8((uint8_t)(c))
#define same(a, b) vceqq_u8((a), (b))
#define both(a, b) vandq_u8((a), (b))
#define either(a, b) vorrq_u8((a), (b))
#define differ(a, b) veorq_u8((a), (b))
#define shift3(v) vshrq_n_u8((v), 3)
#define lesser(a, b) vminq_u8((a), (b))
#define pick(v, i) vqtbl1q_u8((v), (i))
#define load_halves(p, q) vcombine_u8(vld1_u8(p), vld1_u8(q))
#define store_low(at, v) vst1_u8((at), vget_low_u8(v))
#define store_high(at, v) vst1_u8((at), vget_high_u8(v))
#define number(v) vreinterpretq_u8_u32(vsetq_lane_u32((v), vdupq_n_u32(0), 0))
#define moved(v) vextq_u8(all(0), (v), 15)

static inline unsigned top_bits(octets v)
{
    static const uint8_t weights[16] = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    octets w = vandq_u8(v, vld1q_u8(weights));

    return (unsigned)vaddv_u8(vget_low_u8(w)) | (unsigned)vaddv_u8(vget_high_u8(w)) << 8;
}

#define first_half(v) vgetq_lane_u64(vreinterpretq_u64_u8(v), 0)
#define last_half(v) vgetq_lane_u64(vreinterpretq_u64_u8(v), 1)

/* v's halves times k's, added. */
#if defined(__ARM_FEATURE_AES) || defined(__ARM_FEATURE_CRYPTO)
static inline octets product(octets v, octets k)
{
    poly64x2_t a = vreinterpretq_p64_u8(v), b = vreinterpretq_p64_u8(k);
    octets low = vreinterpretq_u8_p128(vmull_p64(vgetq_lane_p64(a, 0), vgetq_lane_p64(b, 0)));

    return veorq_u8(low, vreinterpretq_u8_p128(vmull_high_p64(a, b)));
}
#define times(a, b) vreinterpretq_u8_p128(vmull_p64((poly64_t)(a), (poly64_t)(b)))
#define FOLDS true
#else
#define product(v, k) either((v), (k)) /* never asked for */
#define times(a, b) all((a) + (b))
#define FOLDS false
#endif

#include "wire/hdlc_sixteen.h"

static uint16_t best_fcs(uint16_t start, const uint8_t *p, size_t n)
{
    return FOLDS ? fcs(start, p, n) : hdlc_plain.fcs(start, p, n);
}

static bool there(void)
{
    make_tables();
    return true;
}

const struct hdlc_kernel hdlc_neon = {"neon", there, best_fcs, put, take};
#endif
