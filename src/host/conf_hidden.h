/* conf_hidden: sections that serve nobody because others take all of their peers; part of conf_check. */
#ifndef HOST_CONF_HIDDEN_H
#define HOST_CONF_HIDDEN_H

#include "host/conf_section.h"

/* Warns of each [lns] section of whose 'lac' ranges later sections take every address. */
void conf_check_hidden(const struct conf *c, struct conf_told *told);

#endif
