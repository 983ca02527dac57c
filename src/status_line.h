/* status_line: what can be told of the line that a call has come by (RFC 5515): rows of the table of
 * calls, for status_rows.c; see status.h. */
#ifndef STATUS_LINE_H
#define STATUS_LINE_H

#include "status.h"

/* Data rates: their names here, enum line_rate, and words of help. */
#define STATUS_LINE_RATES(X)                                                                       \
    X(actual_rate_up, LINE_ACTUAL_UP, "What its line carries from the user")                       \
    X(actual_rate_down, LINE_ACTUAL_DOWN, "What its line carries to the user")                     \
    X(minimum_rate_up, LINE_MINIMUM_UP, "What its line has at least from the user")                \
    X(minimum_rate_down, LINE_MINIMUM_DOWN, "What its line has at least to the user")              \
    X(attainable_rate_up, LINE_ATTAINABLE_UP, "What its line could have from the user")            \
    X(attainable_rate_down, LINE_ATTAINABLE_DOWN, "What its line could have to the user")          \
    X(maximum_rate_up, LINE_MAXIMUM_UP, "What its line may have at most from the user")            \
    X(maximum_rate_down, LINE_MAXIMUM_DOWN, "What its line may have at most to the user")          \
    X(low_power_rate_up, LINE_LOW_POWER_UP, "Its least from the user in low power")                \
    X(low_power_rate_down, LINE_LOW_POWER_DOWN, "Its least to the user in low power")

#define STATUS_LINE_DELAYS(X)                                                                      \
    X(maximum_delay_up, LINE_MAXIMUM_DELAY_UP, "The most that interleaving may delay from the user") \
    X(actual_delay_up, LINE_ACTUAL_DELAY_UP, "What interleaving delays from the user")             \
    X(maximum_delay_down, LINE_MAXIMUM_DELAY_DOWN, "The most that interleaving may delay to the user") \
    X(actual_delay_down, LINE_ACTUAL_DELAY_DOWN, "What interleaving delays to the user")

/* The getters: false where nothing is known. */
#define STATUS_LINE_GETTER(name, which, help)                                                      \
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

/* The rows. */
#define STATUS_LINE_RATE_ROW(name, which, help)                                                    \
    {#name "_bps", TYPE_GAUGE, false, NULL, 0, help ", bit/s.", status_line_##name},
#define STATUS_LINE_DELAY_ROW(name, which, help)                                                   \
    {#name "_ms", TYPE_MS, false, NULL, 0, help ".", status_line_##name},
#define STATUS_LINE_ROWS                                                                           \
    {"tx_bps", TYPE_GAUGE, false, NULL, 0, "Speed from the LAC to the user, bit/s, as the LAC tells.", \
     status_line_tx_bps},                                                                          \
    {"rx_bps", TYPE_GAUGE, false, NULL, 0, "Speed from the user to the LAC, bit/s, as the LAC tells.", \
     status_line_rx_bps},                                                                          \
    {"circuit_id", TYPE_TEXT, false, NULL, 0, "Where its line is at the access node.",             \
     status_line_circuit_id},                                                                      \
    {"remote_id", TYPE_TEXT, false, NULL, 0, "Whose line it is to the access node.",               \
     status_line_remote_id},                                                                       \
    {"line_type", TYPE_TEXT, false, NULL, 0, "Type of its line.", status_line_type},               \
    {"encapsulation", TYPE_TEXT, false, NULL, 0, "Data link of its line, and two layers of "       \
     "encapsulation, by the numbers of RFC 5515, 5.17.", status_line_encapsulation},               \
    {"interworking", TYPE_BOOL, false, NULL, 0, "Whether the access node turns PPPoA into PPPoE.",   \
     status_line_interworking},                                                                    \
    STATUS_LINE_RATES(STATUS_LINE_RATE_ROW) STATUS_LINE_DELAYS(STATUS_LINE_DELAY_ROW)

#endif
