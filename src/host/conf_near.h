/* conf_near: how alike two words are, for "did you mean". */
#ifndef HOST_CONF_NEAR_H
#define HOST_CONF_NEAR_H

#define CONF_NEAR_MAX 32 /* octets; longer than any key, and than any name in a value */

/* How many letters to add, drop, change or swap with their neighbour make one of the other, without
 * regard to case.  Both must be shorter than CONF_NEAR_MAX. */
unsigned conf_near_distance(const char *a, const char *b);

/* The distance up to which a word of n octets may be meant by another; beyond it nobody would see
 * the likeness. */
unsigned conf_near_limit(unsigned n);

#endif
