/* Pages one after the other; see screen.h. */
#include "tool/screen.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#define HOME "\033[H"
#define CLEAR_LINE "\033[K"  /* from here to its end */
#define CLEAR_BELOW "\033[J" /* likewise, and all lines below */

/* Octets of UTF-8 that are no more than so many characters. */
static size_t cut(const char *line, size_t n, size_t columns)
{
    size_t i = 0;

    for (size_t seen = 0; i < n; i++) {
        if (((unsigned char)line[i] & 0xc0) != 0x80 && seen++ == columns)
            break;
    }
    return i;
}

static size_t count_lines(const char *page)
{
    size_t n = 0;

    for (; *page != '\0'; page++)
        n += *page == '\n';
    return n;
}

/* The last line stays free: a newline in it would scroll. */
static void show_on_terminal(FILE *out, const char *page, size_t rows, size_t columns)
{
    size_t lines = count_lines(page), shown = lines < rows ? lines : rows > 2 ? rows - 2 : 0;

    fputs(HOME, out);
    for (size_t i = 0; i < shown; i++) {
        size_t n = strcspn(page, "\n");

        fputs(CLEAR_LINE, out); /* before: behind a full line it would take its last sign */
        fwrite(page, 1, cut(page, n, columns), out);
        fputs("\r\n", out);
        page += n + (page[n] == '\n');
    }
    if (shown < lines)
        fprintf(out, CLEAR_LINE "%.*s\r\n", (int)columns, "(more: 'status' has all of it)");
    fputs(CLEAR_BELOW, out);
}

void screen_show(FILE *out, const char *page)
{
    struct winsize size = {.ws_row = 0};

    if (!isatty(fileno(out)))
        fprintf(out, "%s\n", page);
    else if (ioctl(fileno(out), TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0)
        fprintf(out, HOME CLEAR_BELOW "%s", page);
    else
        show_on_terminal(out, page, size.ws_row, size.ws_col);
    fflush(out);
}

bool screen_wait(FILE *out, unsigned seconds)
{
    struct pollfd p = {.fd = fileno(out)};

    if (ferror(out))
        return false;
    return poll(&p, 1, (int)(seconds * 1000)) <= 0; /* nothing is asked for but its end */
}
