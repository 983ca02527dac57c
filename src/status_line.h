/* status_line: what can be told of the line that a call has come by (RFC 5515): rows of the table of
 * calls, for status_rows.c; see status.h. */
#ifndef STATUS_LINE_H
#define STATUS_LINE_H

#include "status.h"

/* Data rates and delays: their names here, and in enum line_rate and line_delay. */
#define STATUS_LINE_RATES(X)                                                                       \
    X(actual_rate_up, LINE_ACTUAL_UP)                                                              \
    X(actual_rate_down, LINE_ACTUAL_DOWN)                                                          \
    X(minimum_rate_up, LINE_MINIMUM_UP)                                                            \
    X(minimum_rate_down, LINE_MINIMUM_DOWN)                                                        \
    X(attainable_rate_up, LINE_ATTAINABLE_UP)                                                      \
    X(attainable_rate_down, LINE_ATTAINABLE_DOWN)                                                  \
    X(maximum_rate_up, LINE_MAXIMUM_UP)                                                            \
    X(maximum_rate_down, LINE_MAXIMUM_DOWN)                                                        \
    X(low_power_rate_up, LINE_LOW_POWER_UP)                                                        \
    X(low_power_rate_down, LINE_LOW_POWER_DOWN)

#define STATUS_LINE_DELAYS(X)                                                                      \
    X(maximum_delay_up, LINE_MAXIMUM_DELAY_UP)                                                     \
    X(actual_delay_up, LINE_ACTUAL_DELAY_UP)                                                       \
    X(maximum_delay_down, LINE_MAXIMUM_DELAY_DOWN)                                                 \
    X(actual_delay_down, LINE_ACTUAL_DELAY_DOWN)

/* The getters: false where nothing is known. */
#define STATUS_LINE_GETTER(name, which)                                                           \
    bool status_line_##name(const struct status_at *at, struct status_value *v);
STATUS_LINE_RATES(STATUS_LINE_GETTER)
STATUS_LINE_DELAYS(STATUS_LINE_GETTER)
bool status_line_circuit_id(const struct status_at *at, struct status_value *v);
bool status_line_remote_id(const struct status_at *at, struct status_value *v);
bool status_line_tx_bps(const struct status_at *at, struct status_value *v);
bool status_line_rx_bps(const struct status_at *at, struct status_value *v);
bool status_line_type(const struct status_at *at, struct status_value *v);
bool status_line_encapsulation(const struct status_at *at, struct status_value *v);
bool status_line_interworking(const struct status_at *at, struct status_value *v);
#undef STATUS_LINE_GETTER

/* The rows, with their help; see l2tpd-control(8). */
#define STATUS_LINE_ROWS                                                                           \
    {"tx_bps", TYPE_GAUGE, false, NULL, 0,                                                         \
     "Speed of its line to the user, bit/s.", status_line_tx_bps},                                 \
    {"rx_bps", TYPE_GAUGE, false, NULL, 0,                                                         \
     "Speed of its line from the user, bit/s.", status_line_rx_bps},                               \
    {"circuit_id", TYPE_TEXT, false, NULL, 0,                                                      \
     "Where its line is at the access node.", status_line_circuit_id},                             \
    {"remote_id", TYPE_TEXT, false, NULL, 0,                                                       \
     "Whose line it is to the access node.", status_line_remote_id},                               \
    {"line_type", TYPE_TEXT, false, NULL, 0, "Type of its line.", status_line_type},               \
    {"encapsulation", TYPE_TEXT, false, NULL, 0,                                                   \
     "Data link and encapsulation of its line.", status_line_encapsulation},                       \
    {"interworking", TYPE_BOOL, false, NULL, 0,                                                    \
     "Whether the access node turns PPPoA into PPPoE.", status_line_interworking},                 \
    {"actual_rate_up_bps", TYPE_GAUGE, false, NULL, 0,                                             \
     "What its line carries from the user, bit/s.", status_line_actual_rate_up},                   \
    {"actual_rate_down_bps", TYPE_GAUGE, false, NULL, 0,                                           \
     "What its line carries to the user, bit/s.", status_line_actual_rate_down},                   \
    {"minimum_rate_up_bps", TYPE_GAUGE, false, NULL, 0,                                            \
     "What its line has at least from the user, bit/s.", status_line_minimum_rate_up},             \
    {"minimum_rate_down_bps", TYPE_GAUGE, false, NULL, 0,                                          \
     "What its line has at least to the user, bit/s.", status_line_minimum_rate_down},             \
    {"attainable_rate_up_bps", TYPE_GAUGE, false, NULL, 0,                                         \
     "What its line could have from the user, bit/s.", status_line_attainable_rate_up},            \
    {"attainable_rate_down_bps", TYPE_GAUGE, false, NULL, 0,                                       \
     "What its line could have to the user, bit/s.", status_line_attainable_rate_down},            \
    {"maximum_rate_up_bps", TYPE_GAUGE, false, NULL, 0,                                            \
     "What its line may have at most from the user, bit/s.", status_line_maximum_rate_up},         \
    {"maximum_rate_down_bps", TYPE_GAUGE, false, NULL, 0,                                          \
     "What its line may have at most to the user, bit/s.", status_line_maximum_rate_down},         \
    {"low_power_rate_up_bps", TYPE_GAUGE, false, NULL, 0,                                          \
     "Its least in low power from the user, bit/s.", status_line_low_power_rate_up},               \
    {"low_power_rate_down_bps", TYPE_GAUGE, false, NULL, 0,                                        \
     "Its least in low power to the user, bit/s.", status_line_low_power_rate_down},               \
    {"maximum_delay_up_ms", TYPE_MS, false, NULL, 0,                                               \
     "The most that interleaving may delay from the user.", status_line_maximum_delay_up},         \
    {"actual_delay_up_ms", TYPE_MS, false, NULL, 0,                                                \
     "What interleaving delays from the user.", status_line_actual_delay_up},                      \
    {"maximum_delay_down_ms", TYPE_MS, false, NULL, 0,                                             \
     "The most that interleaving may delay to the user.", status_line_maximum_delay_down},         \
    {"actual_delay_down_ms", TYPE_MS, false, NULL, 0,                                              \
     "What interleaving delays to the user.", status_line_actual_delay_down},

#endif
