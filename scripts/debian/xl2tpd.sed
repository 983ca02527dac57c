# Makes the unit and the init script of l2tpd those of xl2tpd: its names and files, and Debian's
# variable for its options.
s|/sbin/l2tpd |/sbin/xl2tpd |
s|/l2tpd/l2tpd\.conf|/xl2tpd/xl2tpd.conf|
s|/var/run/l2tpd/l2tpd\.pid|/var/run/xl2tpd.pid|
s|default/l2tpd|default/xl2tpd|
s|OPTIONS|DAEMON_OPTS|
s|RuntimeDirectory=l2tpd|RuntimeDirectory=xl2tpd|
s|edit l2tpd|edit xl2tpd|
s|^Description=.*|& (l2tpd in the place of xl2tpd)|
s|^# Provides:          l2tpd-daemon|# Provides:          xl2tpd|
s|^NAME=l2tpd|NAME=xl2tpd|
