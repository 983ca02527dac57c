/* Interfaces of pppds; see pppd_if.h. */
#include "host/pppd_if.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const folders[] = {"/var/run", "/run/pppd", "/var/run/pppd"};

/* The number that the file begins with; 0 if it is none of these files. */
static pid_t read_pid(int folder, const char *file)
{
    int fd = openat(folder, file, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC);
    char text[24] = "";
    struct stat st;
    long pid = 0;

    if (fd < 0)
        return 0;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && read(fd, text, sizeof text - 1) > 0)
        pid = strtol(text, NULL, 10);
    close(fd);
    return pid > 0 ? (pid_t)pid : 0;
}

/* "ppp0" of "ppp0.pid"; false if that is no interface's. */
static bool name_of(const char *file, char *name)
{
    static const char ending[] = ".pid";
    size_t n = strlen(file), tail = sizeof ending - 1;

    if (n <= tail || n - tail >= PPPD_IF_NAME || strcmp(file + n - tail, ending) != 0 ||
        strncmp(file, "ppp-", 4) == 0) /* "ppp-NAME.pid" is that of a link's name */
        return false;
    memcpy(name, file, n - tail);
    name[n - tail] = '\0';
    return true;
}

void pppd_if_each(const char *folder, void (*found)(void *ctx, pid_t pid, const char *name),
                  void *ctx)
{
    DIR *d = folder != NULL ? opendir(folder) : NULL;
    char name[PPPD_IF_NAME];
    struct dirent *e;

    for (size_t i = 0; folder == NULL && i < sizeof folders / sizeof *folders; i++)
        pppd_if_each(folders[i], found, ctx);
    while (d != NULL && (e = readdir(d)) != NULL) {
        pid_t pid = name_of(e->d_name, name) ? read_pid(dirfd(d), e->d_name) : 0;

        if (pid != 0)
            found(ctx, pid, name);
    }
    if (d != NULL)
        closedir(d);
}
