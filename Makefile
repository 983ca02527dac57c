# l2tpd: cc and make suffice.  "make help" lists the targets.
#
#   make PORTABLE=1   POSIX only: no Linux file is compiled (build/portable)
#   make SAN=1        AddressSanitizer and UndefinedBehaviorSanitizer (build/san)

PREFIX  = /usr/local
SBINDIR = $(PREFIX)/sbin
MANDIR  = $(PREFIX)/share/man
SYSCONFDIR = /etc
DESTDIR =

CC      = cc
CFLAGS  = -O2 -g
WARN    = -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith \
          -Wwrite-strings -Wundef -Wvla
VARIANT_PORTABLE_1 = portable
VARIANT_SAN_1      = san
B       = build$(VARIANT_PORTABLE_$(PORTABLE):%=/%)$(VARIANT_SAN_$(SAN):%=/%)

SYSTEM := $(shell uname -s)
# Which body stands behind a seam: the Linux one, or the one that POSIX alone carries.
LINUX  := $(if $(PORTABLE),,$(filter Linux,$(SYSTEM)))
BODIES := $(if $(LINUX),host/many_epoll host/udp_linux,host/many_select host/udp_posix)
STD    := -std=c11 $(if $(LINUX),-D_GNU_SOURCE,-D_XOPEN_SOURCE=700 $(if $(filter Linux,$(SYSTEM)),,-D__EXTENSIONS__ -D__BSD_VISIBLE))
SANFLAGS := $(if $(SAN),-fsanitize=address$(comma)undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
comma  := ,

BASE  = base/bytes base/addr base/heap base/md5 base/log base/buf
WIRE  = wire/packet wire/avp wire/hide wire/msg wire/msg_write wire/hdlc
PROTO = proto/xport proto/states proto/post proto/tunnel proto/call proto/registry proto/l2tp \
        proto/input
HOST  = host/sys host/loop host/udp host/link_pty host/pppd host/conf host/secrets host/pool \
        host/fifo host/resolve host/log_sink $(BODIES)
TOP   = lac daemon

PURE_OBJS = $(BASE:%=$(B)/%.o) $(WIRE:%=$(B)/%.o) $(PROTO:%=$(B)/%.o)
OBJS      = $(PURE_OBJS) $(HOST:%=$(B)/%.o) $(TOP:%=$(B)/%.o)

all: $(B)/l2tpd

$(B)/l2tpd: $(OBJS) $(B)/main.o
	$(CC) $(CFLAGS) $(SANFLAGS) $(LDFLAGS) -o $@ $(OBJS) $(B)/main.o

$(B)/%.o: src/%.c
	@mkdir -p $(@D)
	$(CC) $(STD) $(WARN) $(CFLAGS) $(SANFLAGS) -Isrc -MMD -MP -c -o $@ $<

-include $(wildcard $(B)/*.d $(B)/*/*.d $(B)/test/*/*.d)

clean:
	rm -rf build

.PHONY: all clean
