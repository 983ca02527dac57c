/* xstate: lets a User-Mode Linux kernel of 6.1 run on a processor with more registers than it has
 * room for.
 *
 * It reads and writes the floating point registers of its processes in an area of fixed size, and
 * the host's kernel takes an area back only if it is whole (PTRACE_SETREGSET, NT_X86_XSTATE): where
 * the processor has AMX, that is four times as large, and the machine dies at its first process.
 * Preloaded, this gives it the first part of the area, and puts that part back into the whole. */
#include <dlfcn.h>
#include <elf.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/types.h>
#include <sys/uio.h>

#ifndef NT_X86_XSTATE
#define NT_X86_XSTATE 0x202
#endif

typedef long ptrace_fn(int request, pid_t pid, void *addr, void *data);

static _Alignas(64) unsigned char whole[65536];

/* Gets the whole area; its size, or 0. */
static size_t get_whole(ptrace_fn *real, pid_t pid, void *addr)
{
    struct iovec all = {whole, sizeof whole};

    return real(PTRACE_GETREGSET, pid, addr, &all) == 0 ? all.iov_len : 0;
}

static long get_part(ptrace_fn *real, pid_t pid, void *addr, struct iovec *part)
{
    size_t n = get_whole(real, pid, addr);

    if (n == 0)
        return -1;
    if (part->iov_len > n)
        part->iov_len = n;
    memcpy(part->iov_base, whole, part->iov_len);
    return 0;
}

static long set_part(ptrace_fn *real, pid_t pid, void *addr, const struct iovec *part)
{
    size_t n = get_whole(real, pid, addr);
    struct iovec all = {whole, n};

    if (n == 0 || part->iov_len > n)
        return -1;
    memcpy(whole, part->iov_base, part->iov_len);
    return real(PTRACE_SETREGSET, pid, addr, &all);
}

long ptrace(enum __ptrace_request request, ...)
{
    static ptrace_fn *real;
    va_list ap;
    pid_t pid;
    void *addr, *data;

    if (real == NULL)
        *(void **)&real = dlsym(RTLD_NEXT, "ptrace");
    va_start(ap, request);
    pid = va_arg(ap, pid_t);
    addr = va_arg(ap, void *);
    data = va_arg(ap, void *);
    va_end(ap);
    if (addr == (void *)NT_X86_XSTATE && request == PTRACE_GETREGSET)
        return get_part(real, pid, addr, data);
    if (addr == (void *)NT_X86_XSTATE && request == PTRACE_SETREGSET)
        return set_part(real, pid, addr, data);
    return real((int)request, pid, addr, data);
}
