/* replay: runs a fuzz target without a fuzzer, so that any compiler and `make check` can: over all
 * files of its corpus, then over mutations of them that a seeded generator makes, the same ones on
 * every run.  Speaks TAP: one test a folder, one for its mutations.
 *
 *   replay_NAME [-n MUTATIONS] [FOLDER...]      (2000, test/fuzz/corpus/NAME) */
#include <dirent.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most);

/* A target may know better how its inputs are changed. */
__attribute__((weak)) size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most,
                                                     unsigned seed);

#define INPUT_MOST 4096
#define PATIENCE_S 20 /* for one input; they take milliseconds */

struct input {
    size_t n;
    uint8_t *octets;
};

struct corpus {
    struct input *inputs;
    size_t n;
};

static uint32_t seed;
static unsigned tests, bad;

/* What the target is at work on, for the last words of a crash. */
static const uint8_t *at_work;
static size_t at_work_n;

static uint32_t roll(uint32_t sides)
{
    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;
    return seed % sides;
}

static void last_words(int signo)
{
    static const char digits[] = "0123456789abcdef", head[] = "\n# died of this input:\n# ";
    char hex[2];

    if (write(STDOUT_FILENO, head, sizeof head - 1) < 0)
        _exit(1);
    for (size_t i = 0; i < at_work_n; i++) {
        hex[0] = digits[at_work[i] >> 4];
        hex[1] = digits[at_work[i] & 15];
        if (write(STDOUT_FILENO, hex, 2) < 0)
            break;
    }
    if (write(STDOUT_FILENO, "\n", 1) < 0)
        _exit(1);
    signal(signo, SIG_DFL);
    raise(signo);
}

/* The target gets a block of exactly the size, so that a sanitizer sees what is read beyond it. */
static void run(const uint8_t *octets, size_t n)
{
    uint8_t *exact = malloc(n > 0 ? n : 1);

    if (exact == NULL)
        abort();
    memcpy(exact, octets, n);
    at_work = exact;
    at_work_n = n;
    alarm(PATIENCE_S);
    LLVMFuzzerTestOneInput(exact, n);
    alarm(0);
    at_work_n = 0;
    free(exact);
}

static void say(bool good, const char *what, const char *folder, size_t n)
{
    printf("%sok %u - %s: %zu %s\n", good ? "" : "not ", ++tests, folder, n, what);
    fflush(stdout);
    bad += !good;
}

static void read_file(const char *folder, const char *name, struct input *in)
{
    char path[1024];
    FILE *f;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    f = fopen(path, "rb");
    in->octets = malloc(INPUT_MOST);
    if (f == NULL || in->octets == NULL) {
        perror(path);
        exit(1);
    }
    in->n = fread(in->octets, 1, INPUT_MOST, f);
    fclose(f);
}

static int is_input(const struct dirent *d)
{
    return d->d_name[0] != '.';
}

static struct corpus read_folder(const char *folder)
{
    struct dirent **names;
    int n = scandir(folder, &names, is_input, alphasort);
    struct corpus c = {NULL, n > 0 ? (size_t)n : 0};

    if (n < 0) {
        printf("# %s cannot be read\n", folder);
        return c;
    }
    c.inputs = calloc(c.n + 1, sizeof *c.inputs);
    for (size_t i = 0; i < c.n && c.inputs != NULL; i++) {
        read_file(folder, names[i]->d_name, &c.inputs[i]);
        free(names[i]);
    }
    free(names);
    return c;
}

static void free_corpus(struct corpus *c)
{
    for (size_t i = 0; i < c->n; i++)
        free(c->inputs[i].octets);
    free(c->inputs);
}

/* Mutations: each changes the octets in place and returns how many they are then. */

static size_t flip_bit(uint8_t *p, size_t n, const struct input *other)
{
    (void)other;
    if (n > 0)
        p[roll((uint32_t)n)] ^= (uint8_t)(1u << roll(8));
    return n;
}

static size_t set_octet(uint8_t *p, size_t n, const struct input *other)
{
    static const uint8_t edges[] = {0x00, 0x01, 0x7f, 0x80, 0xff, 0x7e, 0x7d, 0xc8, 0x40};

    (void)other;
    if (n > 0)
        p[roll((uint32_t)n)] = roll(2) ? (uint8_t)roll(256) : edges[roll((uint32_t)sizeof edges)];
    return n;
}

static size_t set_length(uint8_t *p, size_t n, const struct input *other)
{
    (void)other;
    if (n >= 2) {
        size_t at = roll((uint32_t)n - 1);
        unsigned value = (unsigned)(p[at] << 8 | p[at + 1]) + roll(17) - 8u;

        p[at] = (uint8_t)(value >> 8);
        p[at + 1] = (uint8_t)value;
    }
    return n;
}

static size_t cut_end(uint8_t *p, size_t n, const struct input *other)
{
    (void)p;
    (void)other;
    return n > 0 ? roll((uint32_t)n) : 0;
}

static size_t take_out(uint8_t *p, size_t n, const struct input *other)
{
    size_t at, gap;

    (void)other;
    if (n == 0)
        return 0;
    at = roll((uint32_t)n);
    gap = 1 + roll((uint32_t)(n - at < 16 ? n - at : 16));
    memmove(p + at, p + at + gap, n - at - gap);
    return n - gap;
}

/* A piece of another input, or of this one, put in. */
static size_t put_in(uint8_t *p, size_t n, const struct input *other)
{
    size_t at = roll((uint32_t)n + 1), from, size;

    if (other->n == 0)
        return n;
    from = roll((uint32_t)other->n);
    size = 1 + roll((uint32_t)(other->n - from));
    if (size > INPUT_MOST - n)
        return n;
    memmove(p + at + size, p + at, n - at);
    memcpy(p + at, other->octets + from, size);
    return n + size;
}

typedef size_t mutation(uint8_t *p, size_t n, const struct input *other);

static mutation *const mutations[] = {flip_bit, set_octet, set_octet, set_length,
                                      cut_end,  take_out,  put_in,    put_in};

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most)
{
    static uint8_t octets[INPUT_MOST];
    struct input own = {size, data};

    if (size > sizeof octets)
        return size;
    memcpy(octets, data, size);
    size = mutations[roll(sizeof mutations / sizeof mutations[0])](octets, size, &own);
    size = size < most ? size : most;
    memcpy(data, octets, size);
    return size;
}

static void run_mutations(const struct corpus *c, unsigned n)
{
    static uint8_t octets[INPUT_MOST];

    seed = 2661;
    for (unsigned i = 0; i < n; i++) {
        const struct input *in = &c->inputs[roll((uint32_t)c->n)];
        size_t size = in->n;

        memcpy(octets, in->octets, size);
        if (LLVMFuzzerCustomMutator != NULL && roll(2) == 0) {
            run(octets, LLVMFuzzerCustomMutator(octets, size, sizeof octets, roll(UINT32_MAX)));
            continue;
        }
        for (uint32_t k = 1 + roll(6); k > 0; k--) {
            mutation *m = mutations[roll(sizeof mutations / sizeof mutations[0])];

            size = m(octets, size, &c->inputs[roll((uint32_t)c->n)]);
        }
        run(octets, size);
    }
}

static void replay_folder(const char *folder, unsigned n)
{
    struct corpus c = read_folder(folder);

    for (size_t i = 0; i < c.n; i++)
        run(c.inputs[i].octets, c.inputs[i].n);
    say(c.n > 0, "inputs replayed", folder, c.n);
    if (c.n > 0) {
        run_mutations(&c, n);
        say(true, "mutations of them", folder, n);
    }
    free_corpus(&c);
}

/* The corpus of replay_NAME, seen from the top of the source tree. */
static void replay_own(const char *program, unsigned n)
{
    const char *name = strstr(program, "replay_");
    char folder[256];

    for (const char *next = name; next != NULL; next = strstr(next + 1, "replay_"))
        name = next;
    snprintf(folder, sizeof folder, "test/fuzz/corpus/%s",
             name != NULL ? name + strlen("replay_") : "none");
    replay_folder(folder, n);
}

int main(int argc, char **argv)
{
    unsigned n = 2000;
    int option;

    while ((option = getopt(argc, argv, "n:")) != -1) {
        if (option != 'n') {
            fprintf(stderr, "usage: %s [-n MUTATIONS] [FOLDER...]\n", argv[0]);
            return 2;
        }
        n = (unsigned)strtoul(optarg, NULL, 10);
    }
    signal(SIGABRT, last_words);
    signal(SIGSEGV, last_words);
    signal(SIGALRM, last_words);
    if (optind == argc)
        replay_own(argv[0], n);
    for (int i = optind; i < argc; i++)
        replay_folder(argv[i], n);
    printf("1..%u\n", tests);
    return bad != 0;
}
