# l2tpd: cc and make suffice to build it.  "make help" lists the targets.
#
#   make PORTABLE=1   POSIX only: no Linux file is compiled (into build/portable)
#   make SAN=1        AddressSanitizer and UndefinedBehaviorSanitizer (into build/san)
#   make CC=clang     or musl-gcc, or another compiler; B=DIR builds elsewhere

PREFIX     = /usr/local
SBINDIR    = $(PREFIX)/sbin
MANDIR     = $(PREFIX)/share/man
COMPDIR    = $(PREFIX)/share/bash-completion/completions
DOCDIR     = $(PREFIX)/share/doc/l2tpd
SYSCONFDIR = /etc
DESTDIR    =

# Where each kind of init looks (make install-init).
UNITDIR     = $(PREFIX)/lib/systemd/system
TMPFILESDIR = $(PREFIX)/lib/tmpfiles.d
RCDIR       = $(PREFIX)/etc/rc.d
INIT        = auto

CC      = cc
CFLAGS  = -O2 -g
WARN    = -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith \
          -Wwrite-strings -Wundef -Wvla

comma  := ,
SYSTEM := $(shell uname -s)
B      := build$(if $(PORTABLE),/portable)$(if $(SAN),/san)
# Which body stands behind a seam: the Linux one, or the one that POSIX alone carries.
LINUX  := $(if $(PORTABLE),,$(filter Linux,$(SYSTEM)))
BODIES := $(if $(LINUX),host/many_epoll host/udp_linux host/link_kernel_linux host/change_linux host/spawn_linux host/guard_linux host/lane_linux host/sync_linux,host/many_select host/udp_posix host/link_kernel_none host/change_posix host/spawn_fork host/guard_none host/lane_none host/sync_none)
STD    := -std=c11 $(if $(LINUX),-D_GNU_SOURCE,-D_XOPEN_SOURCE=700)
SANFLAGS := $(if $(SAN),-fsanitize=address$(comma)undefined -fno-sanitize-recover=all \
            -fno-omit-frame-pointer)

BASE  = base/bytes base/addr base/heap base/hash base/md5 base/log base/buf base/text base/sparing
WIRE  = wire/packet wire/avp wire/utf8 wire/json wire/line wire/lcp wire/proxy wire/hide wire/msg wire/msg_write \
        wire/quirks wire/ppp wire/ppp_facts wire/ppp_front wire/ppp_front_lcp wire/ppp_front_options \
        wire/ppp_front_auth wire/ppp_replay wire/ppp_replay_flaw wire/ppp_replay_lcp wire/hdlc wire/hdlc_plain wire/hdlc_ssse3 wire/hdlc_avx512 wire/hdlc_neon
PROTO = proto/xport proto/states proto/post proto/silence proto/tunnel proto/call proto/call_say proto/call_facts \
        proto/call_data proto/registry proto/l2tp proto/events \
        proto/stray proto/speeds proto/input
CONF  = host/conf host/conf_check host/conf_hidden host/conf_hosts host/conf_kinds host/conf_line host/conf_listen host/conf_load \
        host/conf_near host/conf_overlap host/conf_put host/conf_parse host/conf_print host/conf_ranges \
        host/conf_rows host/conf_rows_global host/conf_rows_dial host/conf_rows_own host/conf_rows_peer \
        host/conf_rows_ppp host/conf_rows_group host/conf_rows_switch host/conf_switch host/conf_check_switch host/conf_check_desk host/conf_match host/conf_group \
        host/conf_check_group host/conf_section host/conf_show host/conf_unnamed host/conf_words
HOST  = host/sys host/sets host/loop host/udp host/tty host/link_room host/link_pty host/spawn host/pppd host/pppd_options host/secrets_line host/secrets host/ppp_secrets \
        host/pool host/pool_memory host/fifo host/fifo_out host/resolve host/log_sink host/notify host/pppd_if host/pppd_culprit $(CONF) $(BODIES)
# What the operator sees and says while it runs.
CONTROL = control control_sections control_status control_watch events tell status status_line status_rows \
        render metrics
TOP   = options kernel trouble ipsec mtu diagnose sockets early wake check explain profiles groups bearer bearer_told bearer_line bearer_leg bearer_lease bearer_ppp replay switch lac lac_dial lac_names lac_back lac_doubt lac_serve line line_front line_choose control_line lac_secured lac_hosts lac_hosts_say lac_sent reload say news service daemon \
        $(CONTROL)

PURE_OBJS = $(patsubst %,$(B)/%.o,$(BASE) $(WIRE) $(PROTO))
OBJS      = $(PURE_OBJS) $(patsubst %,$(B)/%.o,$(HOST) $(TOP))
LIB       = $(B)/libl2tpd.a
COMPILE   = $(CC) $(STD) $(WARN) $(CFLAGS) $(CPPFLAGS) $(SANFLAGS) -Isrc -MMD -MP
LINK      = $(CC) $(CFLAGS) $(SANFLAGS) $(LDFLAGS)

TOOL   = tool/main tool/verbs tool/settings tool/screen tool/ask
ATTACH = tool/attach tool/ask

all: $(B)/l2tpd $(B)/l2tpd-control $(B)/l2tpd-attach

$(B)/l2tpd: $(B)/main.o $(LIB)
	$(LINK) -o $@ $(B)/main.o $(LIB)

$(B)/l2tpd-control: $(patsubst %,$(B)/%.o,$(TOOL)) $(LIB)
	$(LINK) -o $@ $(patsubst %,$(B)/%.o,$(TOOL)) $(LIB)

$(B)/l2tpd-attach: $(patsubst %,$(B)/%.o,$(ATTACH)) $(LIB)
	$(LINK) -o $@ $(patsubst %,$(B)/%.o,$(ATTACH)) $(LIB)

$(LIB): $(OBJS)
	rm -f $@
	$(AR) rcs $@ $(OBJS)

$(B)/%.o: src/%.c
	@mkdir -p $(@D)
	$(COMPILE) -c -o $@ $<

# Tests.  One program a source file in test/unit; fuzz targets replayed over their corpora.
UNIT    := $(patsubst test/unit/%.c,$(B)/test/%,$(wildcard test/unit/test_*.c))
UNIT    := $(if $(filter Linux,$(SYSTEM)),$(UNIT),$(filter-out %/test_guard,$(UNIT)))
REPLAY  := $(patsubst test/fuzz/fuzz_%.c,$(B)/test/replay_%,$(wildcard test/fuzz/fuzz_*.c))
SIM     := $(if $(wildcard test/sim/*.c),$(B)/test/sim) $(if $(wildcard test/sim/front/*.c),$(B)/test/sim_front)
HELPERS := $(B)/test/fakepppd $(patsubst test/wire/%.c,$(B)/test/%,$(wildcard test/wire/*.c)) \
           $(patsubst test/e2e/%.c,$(B)/test/%,$(wildcard test/e2e/*.c)) \
           $(if $(LINUX),$(B)/test/bench/load $(B)/test/bench/pppd)
SCRIPTS := $(wildcard test/guards/*.t test/wire/*.t test/e2e/*.t)
REAL    := $(wildcard test/real/*.t)
TESTCOMPILE = $(COMPILE) -Itest/unit

$(B)/test/test_%: test/unit/test_%.c $(wildcard test/unit/rig* test/unit/*.h) $(LIB)
	@mkdir -p $(@D)
	$(TESTCOMPILE) $(OWN) -o $@ $< test/unit/rig.c $(LIB) $(LDFLAGS)

# This one is short of memory at will: see test/unit/short.h.
$(B)/test/test_profiles: OWN = -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=strdup

# And this one asks Linux for a network of its own, whichever bodies it is to see.
$(B)/test/test_guard: OWN = -D_GNU_SOURCE

$(B)/test/replay_%: test/fuzz/fuzz_%.c test/fuzz/replay.c $(wildcard test/fuzz/*.h) $(LIB)
	@mkdir -p $(@D)
	$(TESTCOMPILE) -o $@ $< test/fuzz/replay.c $(LIB) $(LDFLAGS)

# The simulator has its own malloc in front of everybody's, to be short of memory at will.
$(B)/test/sim: $(wildcard test/sim/*.c test/sim/*.h) $(LIB)
	@mkdir -p $(@D)
	$(TESTCOMPILE) -Wl,--wrap=malloc,--wrap=calloc,--wrap=free -o $@ \
	    $(wildcard test/sim/*.c) $(LIB) $(LDFLAGS)

$(B)/test/sim_front: $(wildcard test/sim/front/*.c test/sim/front/*.h) test/sim/prng.c test/sim/prng.h $(LIB)
	@mkdir -p $(@D)
	$(TESTCOMPILE) -o $@ $(filter %.c,$^) $(LIB) $(LDFLAGS)

$(B)/test/fakepppd: test/fakepppd.c $(LIB)
	@mkdir -p $(@D)
	$(TESTCOMPILE) -o $@ $< $(LIB) $(LDFLAGS)

$(B)/test/%: test/wire/%.c $(LIB)
	@mkdir -p $(@D)
	$(TESTCOMPILE) -o $@ $< $(LIB) $(LDFLAGS)

$(B)/test/deaths: test/caller.c test/caller.h
$(B)/test/%: test/e2e/%.c $(LIB)
	@mkdir -p $(@D)
	$(TESTCOMPILE) -o $@ $(filter %.c,$^) $(LIB) $(LDFLAGS)

# What `make bench` needs; the load generator and its stand-in for pppd carry a test too.
BENCH   := load pppd limit peer cost kernels
$(B)/test/bench/load: test/bench/far.c test/bench/press.c test/bench/slow.c
$(B)/test/bench/load $(B)/test/bench/peer: test/caller.c test/caller.h
$(B)/test/bench/load $(B)/test/bench/pppd: test/bench/frames.c $(wildcard test/bench/*.h)
$(B)/test/bench/%: test/bench/%.c $(LIB)
	@mkdir -p $(@D)
	$(COMPILE) -o $@ $(filter %.c,$^) $(LIB) $(LDFLAGS) -pthread

helpers: all $(HELPERS)

tests: helpers $(UNIT) $(REPLAY) $(SIM)

SEEDS = 5000
JOBS  = 2

# The tests with real pppds first: they are the longest.  SAN=1 leaves them out: their kernel has no
# room for the sanitizers' shadow memory, and all of the daemon's code runs in the others too.
# Tally has scripts/trace ask at the end whether each clause stood in a test that ran and passed.
check: tests
	@scripts/need check
	@B=$(B) L2TPD=$(abspath $(B)/l2tpd) SEEDS=$(SEEDS) PERL5LIB=scripts \
	    CLAUSES_SEEN=$(B)/clauses.seen \
	    prove --formatter Tally -j $(JOBS) -e '' $(if $(SAN),,$(REAL)) $(SIM) $(SCRIPTS) \
	    $(UNIT) $(REPLAY)

# The recipes of doc/ as they stand, with the real strongSwan and FreeRADIUS.
check-system: helpers
	@scripts/need system
	@B=$(B) L2TPD=$(abspath $(B)/l2tpd) PERL5LIB=scripts \
	    prove --formatter Tally -j $(JOBS) -e '' $(wildcard test/system/*.t)

check-long: SEEDS = 100000
check-long: export FRAMES = 1000000
check-long: check

# Which test holds which clause of RFC 2661: doc/rfc2661.md, out of test/clauses and the tests' names.
doc:
	@scripts/trace --doc

# Breaks the code in the ways of test/mutations: the tests must see it.  MUTATIONS= picks some.
mutate:
	@JOBS=$(JOBS) scripts/mutate $(MUTATIONS)

# The guards, alone: who includes whom, and what the pure floors call.
floors:
	@scripts/floors

pure: $(PURE_OBJS)
	@scripts/pure $(PURE_OBJS)

fuzz:
	scripts/fuzz

# Which lines of src/wire and src/proto run under unit tests, simulator and corpora; 95 % must.
coverage:
	@scripts/coverage

coverage-tests: $(UNIT) $(REPLAY) $(SIM)

bench: all $(B)/test/fakepppd $(BENCH:%=$(B)/test/bench/%)
	@B=$(B) scripts/bench

demo: all
	@scripts/need demo
	@scripts/demo --no-setup

l2tpd.conf.example: $(B)/l2tpd
	$(B)/l2tpd --print-example >$@

# What is written out of the rows of keys: the example, and the tables in l2tpd.conf(5).
keys: l2tpd.conf.example
	@L2TPD=$(abspath $(B)/l2tpd) scripts/keys --write

# What is installed: programs, manuals by section, documents.
PROGRAMS = l2tpd l2tpd-control l2tpd-attach
MAN5     = $(wildcard doc/*.5)
MAN8     = $(wildcard doc/*.8)
DOCS     = README COPYING l2tpd.conf.example $(wildcard doc/*.md doc/*.svg) scripts/init/l2tpd.rsyslog

# A folder's name may have any sign in it, and what another has put into one of these stays there.
D = $(DESTDIR)
# One word of the shell's, whatever is in it; one for each file in a folder.
quoted = '$(subst ','\'',$(1))'
each   = $(foreach file,$(notdir $(2)),$(call quoted,$(1)/$(file)))

install: all
	install -d $(call quoted,$D$(SBINDIR)) $(call quoted,$D$(MANDIR)/man5) $(call quoted,$D$(MANDIR)/man8) \
	    $(call quoted,$D$(DOCDIR)) $(call quoted,$D$(COMPDIR)) $(call quoted,$D$(SYSCONFDIR)/l2tpd)
	install -m 755 $(PROGRAMS:%=$(B)/%) $(call quoted,$D$(SBINDIR)/)
	install -m 644 $(MAN5) $(call quoted,$D$(MANDIR)/man5/)
	install -m 644 $(MAN8) $(call quoted,$D$(MANDIR)/man8/)
	install -m 644 $(DOCS) $(call quoted,$D$(DOCDIR)/)
	install -m 644 scripts/l2tpd-control.bash $(call quoted,$D$(COMPDIR)/l2tpd-control)

# The service files of an init: INIT=systemd, sysv, openrc, rcd, or auto; nothing is started.
INIT_PATHS   = DESTDIR SBINDIR SYSCONFDIR UNITDIR TMPFILESDIR RCDIR
INSTALL_INIT = $(foreach path,$(INIT_PATHS),$(path)=$(call quoted,$($(path)))) scripts/init/install

install-init:
	@$(INSTALL_INIT) $(INIT)

# Debian's packages, into $(B)/deb.
deb:
	@scripts/need deb
	@scripts/deb $(B)/deb

# Takes away what both have put there, with the same variables; the configuration stays.
uninstall:
	@$(INSTALL_INIT) --remove systemd sysv openrc rcd
	rm -f $(call each,$D$(SBINDIR),$(PROGRAMS)) $(call quoted,$D$(COMPDIR)/l2tpd-control) \
	    $(call each,$D$(MANDIR)/man5,$(MAN5)) $(call each,$D$(MANDIR)/man8,$(MAN8))
	rm -f $(call each,$D$(DOCDIR),$(DOCS))
	rmdir $(call quoted,$D$(DOCDIR)) $(call quoted,$D$(SYSCONFDIR)/l2tpd) 2>/dev/null || :

clean:
	rm -rf build

help:
	@echo 'all      the daemon, build/l2tpd (default)'
	@echo 'check    every test; closes on "N passed, N failed" (SEEDS=5000)'
	@echo 'check-system  the recipes of doc/ with strongSwan and FreeRADIUS, the systemd unit, the packages'
	@echo 'check-long  the same with 100,000 seeds of the simulator and millions of frames'
	@echo 'mutate   breaks the code in known ways; each must fail a test (MUTATIONS=NAME...)'
	@echo 'doc      doc/rfc2661.md: which test holds us to which clause'
	@echo 'keys     l2tpd.conf.example and the tables of keys in doc/l2tpd.conf.5'
	@echo 'demo     a LNS and a LAC with real pppds, and a ping through'
	@echo 'bench    figures beside xl2tpd and a bare relay (QUICK=1, PARTS=..., ROUNDS=7)'
	@echo 'fuzz     the fuzz targets under libFuzzer (SECONDS_EACH=60)'
	@echo 'coverage which lines of src/wire and src/proto the tests run; fails below 95 %'
	@echo 'floors   who includes whom; pure: what the pure floors call'
	@echo 'install  DESTDIR, PREFIX, SBINDIR, MANDIR, COMPDIR, DOCDIR, SYSCONFDIR; uninstall: the reverse'
	@echo 'install-init  the service files: INIT=systemd, sysv, openrc, rcd; UNITDIR, TMPFILESDIR, RCDIR'
	@echo 'deb      Debian packages: l2tpd, and l2tpd-compat in the place of xl2tpd; into build/deb'
	@echo 'clean    removes build/'

-include $(wildcard $(B)/*.d $(B)/*/*.d)

.PHONY: all keys helpers tests check check-system check-long doc mutate floors pure fuzz coverage coverage-tests \
        bench demo install install-init deb uninstall clean help
