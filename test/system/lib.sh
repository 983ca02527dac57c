# What the tests of the recipes have in common: machines that are set up as doc/recipe-*.md says,
# with the files that stand there, and the real strongSwan and FreeRADIUS. For POSIX sh; sourced
# with $root set to the top folder. It runs inside scripts/world, as test/real/lib.sh does, from
# which it takes the words of TAP and the waiting.
. "$root/test/real/lib.sh"

# modules NAME...: of the kernel, those that it does not load when they are asked for.
modules() {
	case $IN_WORLD in
	uml) /run/modprobe -a "$@" ;;
	*) modprobe -qa "$@" || : ;;
	esac
}

# --- machines ----------------------------------------------------------------------------------

# machine NAME: a machine with its own network, host name, /run and /var/log, and an /etc of its
# own laid over this one's. Held by a process that sleeps.
machine() {
	mkdir -p "$work/$1/run/work" "$work/$1/run/lock" "$work/$1/run/freeradius" \
		"$work/$1/varlog/freeradius/radacct" "$work/$1/etc" "$work/$1/over"
	chmod 777 "$work/$1/run/freeradius" "$work/$1/varlog/freeradius" \
		"$work/$1/varlog/freeradius/radacct"
	unshare -n -m -u sh -ec "
		echo $1 >/proc/sys/kernel/hostname
		mount -t overlay -o lowerdir=/etc,upperdir=$work/$1/etc,workdir=$work/$1/over etc /etc
		mount --bind $work $work/$1/run/work
		mount --bind $work/$1/varlog /var/log
		mount --rbind $work/$1/run /run
		ip link set lo up
		: >$work/$1/ready
		exec sleep 100000" &
	eval "${1}_pid=$!"
	wait_until 10 [ -e "$work/$1/ready" ]
}

# wire NET: a network that machines can be joined to.
wire() {
	ip link add "$1" type bridge
	ip link set "$1" up
}

# join MACHINE INTERFACE NET ADDRESS/BITS
join() {
	eval "host_pid=\$${1}_pid"
	ip link add "$1-$2" type veth peer name "$2" netns "$host_pid"
	ip link set "$1-$2" master "$3" up
	printf '%s\n' "link set $2 up" "addr add $4 dev $2" >"$work/$1/links"
	on "$1" ip -batch "$work/$1/links"
}

# follow RECIPE MACHINE [AS]: gives a machine the files that the recipe has for it, or for AS, and
# scripts for pppd's last ones that leave the addresses of who is up in /run.
follow() {
	"$root/scripts/recipe" "$1" "${3:-$2}" "$work/$2/files" || return 1
	on "$2" sh -ec "
		cp -R $work/$2/files/etc/. /etc/
		cd /etc/ppp
		: >>options
		printf '#!/bin/sh\necho \"\$4 \$5\" >/run/up.\$1\n' >ip-up.d/zz-up
		printf '#!/bin/sh\nrm -f /run/up.\$1\n' >ip-down.d/zz-down
		chmod +x ip-up.d/zz-up ip-down.d/zz-down
		[ ! -e /etc/nftables.conf ] || [ $IN_WORLD = uml ] || nft -f /etc/nftables.conf
		for file in /etc/sysctl.d/60-*; do
			[ ! -e \"\$file\" ] || sysctl -q -p \"\$file\"
		done"
}

# modules_for_rules: what the rules of older firewalls take.
modules_for_rules() {
	modules iptable_nat iptable_filter xt_policy xt_conntrack
}

# rules HOST, after modules_for_rules: User-Mode Linux's nf_tables do not know the tables of the
# documents. What these say of L2TP, for the older ones: in and out with IPsec alone, whatever else the
# firewall remembers.
rules() {
	modules iptable_nat iptable_filter xt_policy xt_conntrack
}

# rules HOST, after modules_for_rules: User-Mode Linux's nf_tables do not know the tables of the documents. What these say of
# L2TP, for the older ones: in and out with IPsec alone, whatever else the firewall remembers.
rules() {
	[ "$IN_WORLD" = uml ] || return 0
	on "$1" sh -ec '
		for rule in \
			"-A INPUT -p udp --dport 1701 -m policy --dir in --pol none -j DROP" \
			"-A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT" \
			"-A INPUT -i ppp+ -p icmp -j ACCEPT" \
			"-A INPUT -p udp --dport 500 -j ACCEPT" \
			"-A INPUT -p udp --dport 4500 -j ACCEPT" \
			"-A INPUT -p udp --dport 1701 -j ACCEPT" \
			"-P INPUT DROP" \
			"-A OUTPUT -p udp --sport 1701 -m policy --dir out --pol none -j DROP" \
			"-t nat -A POSTROUTING -s 10.77.0.0/24 -o eth0 -j MASQUERADE"; do
			iptables-legacy $rule
		done'
}

# --- what runs on them -------------------------------------------------------------------------

# l2tpd_on MACHINE: the daemon, when --check is content with its files, which are where the recipe
# has them; until it reads its FIFO.
l2tpd_on() {
	on "$1" "$L2TPD" --check >>"$work/$1/log" 2>&1 || return 1
	go_to "$1" "$L2TPD" -D >>"$work/$1/log" 2>&1 &
	eval "${1}_daemon=$! ${1}_binary=\$L2TPD"
	ln -sf run/l2tpd/l2tp-control "$work/$1/control"
	wait_until 10 [ -p "$work/$1/run/l2tpd/l2tp-control" ]
}

# listens MACHINE PORT: whether somebody there has that UDP port of IPv4.
listens() {
	eval "host_pid=\$${1}_pid"
	grep -qi ":$(printf '%04X' "$2") 00000000:0000" "/proc/$host_pid/net/udp"
}

# freeradius_on MACHINE: with its configuration read-only, as Debian's unit has it.
freeradius_on() {
	on "$1" sh -ec 'mount --bind /etc/freeradius /etc/freeradius
		mount -o remount,bind,ro /etc/freeradius
		! touch /etc/freeradius/3.0/try 2>/dev/null'
	go_to "$1" freeradius -f >>"$work/$1/freeradius.out" 2>&1 &
	eval "${1}_freeradius=$!"
	wait_until 60 listens "$1" 1813
}

# charon_on MACHINE: strongSwan, with what /etc/swanctl says.
charon_on() {
	go_to "$1" /usr/sbin/charon-systemd >>"$work/$1/charon.log" 2>&1 &
	eval "${1}_charon=$!"
	wait_until 60 [ -S "$work/$1/run/charon.vici" ] &&
		on "$1" swanctl --load-all --noprompt >>"$work/$1/charon.log" 2>&1
}

# --- questions ---------------------------------------------------------------------------------

# has_address HOST: it has an address of the recipes' pool, which goes to $address.
has_address() {
	address=
	[ -e "$work/$1/run/up.ppp0" ] && read -r address peer <"$work/$1/run/up.ppp0" || return 1
	case $address in
	10.77.0.*) [ "$peer" = 10.77.0.1 ] ;;
	*) false ;;
	esac
}

# leads HOST ADDRESS INTERFACE: the host's way to the address is by that interface.
leads() {
	case "$(on "$1" ip route get "$2")" in
	*" dev $3 "*) true ;;
	*) false ;;
	esac
}

# --- what usually goes wrong -------------------------------------------------------------------

# takes RECIPE HOST [AS]: its files, and pppd's words to a file.
takes() {
	follow "$1" "$2" "${3:-$2}"
	on "$2" sh -c 'echo "logfile /run/pppd.log" >>/etc/ppp/options.l2tpd'
}

# change HOST FILE WORDS...: what sed makes of a file; and back.
change() {
	on "$1" cp -p "$2" /run/aside
	on "$1" sed -i "$3" "$2"
}
back() {
	on "$1" cp -p /run/aside "$2"
}

# again HOST LAC: dials anew, and forgets what has been told.
again() {
	tell "$1" "d $2" || :
	sleep 1
	forget_logs
	tell "$1" "c $2"
}

# told RECIPE HOST WORDS...: the recipe's table of what one sees has the words, and the host's logs
# have them since the last forget_logs.
told() {
	recipe=$1
	told_by=$2
	shift 2
	for words; do
		seen "$recipe" | grep -qxF -- "$words" || return 1
		grep -qsF -- "$words" "$work/$told_by/log" "$work/$told_by/run/pppd.log" \
			"$work/$told_by/run/charon.log" "$work/$told_by/radius.out" || return 1
		echo "$words" >>"$work/tried.$recipe"
	done
}

# seen RECIPE: prints the words that its table says one sees, each on a line.
seen() {
	awk -F '|' '/^\| what you see /, /^$/ { print $2 }' "$root/doc/recipe-$1.md" |
		grep -o '`[^`]*`' | tr -d '`'
}

# all_tried RECIPE: each of them has been told in this test.
all_tried() {
	seen "$1" | sort -u >"$work/seen"
	sort -u "$work/tried.$1" >"$work/tried"
	comm -23 "$work/seen" "$work/tried" >"$work/untried"
	[ -s "$work/seen" ] && [ ! -s "$work/untried" ] || {
		sed 's/^/# not tried: /' "$work/untried"
		return 1
	}
}
