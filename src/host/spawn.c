/* What the making of a child and what becomes of it have in common; see spawn.h. */
#include "host/spawn.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/link_kernel.h"

extern char **environ;

static bool is_named(const char *entry, const struct spawn_variable *variable, int n)
{
    for (int i = 0; i < n; i++) {
        size_t length = strlen(variable[i].name);

        if (strncmp(entry, variable[i].name, length) == 0 && entry[length] == '=')
            return true;
    }
    return false;
}

char **spawn_environment(const struct spawn_variable *variable, int n)
{
    size_t entries = (size_t)n + 1, texts = 0;
    char **made, **at, *text;

    for (char **e = environ; *e != NULL; e++)
        entries++;
    for (int i = 0; i < n; i++)
        if (variable[i].value != NULL)
            texts += strlen(variable[i].name) + 1 + strlen(variable[i].value) + 1;
    made = malloc(entries * sizeof *made + texts);
    if (made == NULL)
        return NULL;
    at = made;
    for (char **e = environ; *e != NULL; e++)
        if (!is_named(*e, variable, n))
            *at++ = *e;
    text = (char *)(made + entries);
    for (int i = 0; i < n; i++) {
        if (variable[i].value == NULL)
            continue;
        *at++ = text;
        text += sprintf(text, "%s=%s", variable[i].name, variable[i].value) + 1;
    }
    *at = NULL;
    return made;
}

static bool inherit(int fd)
{
    return fd < 0 || fcntl(fd, F_SETFD, 0) == 0;
}

void spawn_become(struct loop *l, const struct spawn *s)
{
    loop_after_fork(l);
    setsid(); /* so that opening a tty makes it the controlling one, and its hang-up is told */
    if (dup2(s->line, STDIN_FILENO) < 0 || dup2(s->line, STDOUT_FILENO) < 0)
        return;
    /* dup2() onto itself would have left the flag */
    if (!inherit(STDIN_FILENO) || !inherit(STDOUT_FILENO))
        return;
    for (int i = 0; i < SPAWN_INHERITED; i++)
        if (!inherit(s->inherited[i]))
            return;
    if (s->dies_with != 0 && !link_kernel_die_with(s->dies_with))
        _exit(SPAWN_NOT_RUN); /* nobody is there to be told */
    execve(s->argv[0], (char *const *)(uintptr_t)s->argv, s->environment);
}
