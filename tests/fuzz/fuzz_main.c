/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A plain main for fuzz targets: runs the seeds, then mutations of them, the same ones each time.
 *
 *   fuzz-NAME [--find] SECONDS SEEDS
 *
 * A sanitizer ends the program when it finds a fault. --find: there is one, and it must be found.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    MOST_SEEDS = 64,
    MOST_BYTES = 64 * 1024, /* of one input */
    MOST_CHANGES = 6,       /* made to one input */
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seed {
    uint8_t *bytes;
    size_t size;
};

struct fuzzer {
    struct seed seeds[MOST_SEEDS];
    size_t count;
    uint64_t random;
    unsigned long *runs; /* shared with the parent of --find */
};

static uint32_t next_random(struct fuzzer *fuzzer, uint32_t below) {
    fuzzer->random = fuzzer->random * 6364136223846793005ULL + 1442695040888963407ULL;
    return (uint32_t)(fuzzer->random >> 33) % (below ? below : 1);
}

/* the input is on the heap and exactly as long as it says */
static void run(struct fuzzer *fuzzer, const uint8_t *bytes, size_t size) {
    uint8_t *exact = malloc(size ? size : 1);
    memcpy(exact, bytes, size);
    ++*fuzzer->runs;
    LLVMFuzzerTestOneInput(size ? exact : exact + 1, size);
    free(exact);
}

static void load_seed(struct fuzzer *fuzzer, const char *folder, const char *name) {
    char path[4096];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    if (!file || fuzzer->count == MOST_SEEDS) {
        fprintf(stderr, "cannot use the seed %s\n", path);
        exit(2);
    }
    struct seed *seed = &fuzzer->seeds[fuzzer->count++];
    seed->bytes = malloc(MOST_BYTES);
    seed->size = fread(seed->bytes, 1, MOST_BYTES, file);
    fclose(file);
}

static int is_file(const struct dirent *entry) {
    return entry->d_name[0] != '.';
}

static void load_seeds(struct fuzzer *fuzzer, const char *folder) {
    struct dirent **entries;
    int count = scandir(folder, &entries, is_file, alphasort);
    for (int i = 0; i < count; i++) {
        load_seed(fuzzer, folder, entries[i]->d_name);
        free(entries[i]);
    }
    if (count <= 0) {
        fprintf(stderr, "no seeds in %s\n", folder);
        exit(2);
    }
    free(entries);
}

/* numbers at which programs break */
static uint32_t interesting(struct fuzzer *fuzzer) {
    static const uint32_t numbers[] = {0,          1,          4,          0x7f,      0x80,
                                       0xff,       0x7fff,     0xffff,     0x10000,   0x7fffffff,
                                       0x80000000, 0xfffffff0, 0xfffffffe, 0xffffffff};
    return numbers[next_random(fuzzer, sizeof(numbers) / sizeof(numbers[0]))];
}

static void set_number(struct fuzzer *fuzzer, uint8_t *bytes, size_t size) {
    uint32_t number = interesting(fuzzer);
    size_t at = next_random(fuzzer, (uint32_t)size);
    size_t length = size - at < sizeof(number) ? size - at : sizeof(number);
    memcpy(bytes + at, &number, length);
}

/* repeats a piece of the input at another place of it */
static void repeat(struct fuzzer *fuzzer, uint8_t *bytes, size_t *size) {
    size_t from = next_random(fuzzer, (uint32_t)*size), to = next_random(fuzzer, (uint32_t)*size);
    size_t length = 1 + next_random(fuzzer, 32);
    if (length > *size - from) {
        length = *size - from;
    }
    if (*size + length > MOST_BYTES) {
        return;
    }
    uint8_t piece[32];
    memcpy(piece, bytes + from, length);
    memmove(bytes + to + length, bytes + to, *size - to);
    memcpy(bytes + to, piece, length);
    *size += length;
}

static void take_out(struct fuzzer *fuzzer, uint8_t *bytes, size_t *size) {
    size_t at = next_random(fuzzer, (uint32_t)*size), length = 1 + next_random(fuzzer, 8);
    if (length > *size - at) {
        length = *size - at;
    }
    memmove(bytes + at, bytes + at + length, *size - at - length);
    *size -= length;
}

static void change(struct fuzzer *fuzzer, uint8_t *bytes, size_t *size) {
    if (*size == 0) {
        return;
    }
    size_t at = next_random(fuzzer, (uint32_t)*size);
    switch (next_random(fuzzer, 7)) {
    case 0:
        bytes[at] = (uint8_t)(bytes[at] ^ 1u << next_random(fuzzer, 8));
        break;
    case 1:
        bytes[at] = (uint8_t)next_random(fuzzer, 256);
        break;
    case 2:
        set_number(fuzzer, bytes, *size);
        break;
    case 3:
        repeat(fuzzer, bytes, size);
        break;
    case 4:
        take_out(fuzzer, bytes, size);
        break;
    case 5:
        *size = at;
        break;
    default: /* a byte from elsewhere: separators come to where none is expected */
        bytes[at] = bytes[next_random(fuzzer, (uint32_t)*size)];
    }
}

static void mutate(struct fuzzer *fuzzer) {
    static uint8_t bytes[MOST_BYTES];
    const struct seed *seed = &fuzzer->seeds[next_random(fuzzer, (uint32_t)fuzzer->count)];
    size_t size = seed->size;
    memcpy(bytes, seed->bytes, size);
    for (uint32_t i = 1 + next_random(fuzzer, MOST_CHANGES); i > 0; i--) {
        change(fuzzer, bytes, &size);
    }
    run(fuzzer, bytes, size);
}

static void fuzz(struct fuzzer *fuzzer, int seconds) {
    for (size_t i = 0; i < fuzzer->count; i++) {
        run(fuzzer, fuzzer->seeds[i].bytes, fuzzer->seeds[i].size);
    }
    for (time_t end = time(NULL) + seconds; time(NULL) < end;) {
        mutate(fuzzer);
    }
}

/* true if the sanitizers, or a signal, ended a child that does the work */
static bool finds_fault(struct fuzzer *fuzzer, int seconds) {
    pid_t child = fork();
    if (child == 0) {
        int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
        dup2(null, STDERR_FILENO); /* the report would look like a fault of ours */
        fuzz(fuzzer, seconds);
        _exit(0);
    }
    int status = 0;
    return child > 0 && waitpid(child, &status, 0) == child && status != 0;
}

int main(int argc, char **argv) {
    bool find = argc == 4 && strcmp(argv[1], "--find") == 0;
    if (argc != 3 && !find) {
        fprintf(stderr, "usage: %s [--find] SECONDS SEEDS\n", argv[0]);
        return 2;
    }
    static struct fuzzer fuzzer = {.random = 1};
    fuzzer.runs =
        mmap(NULL, sizeof(*fuzzer.runs), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    load_seeds(&fuzzer, argv[argc - 1]);
    int seconds = atoi(argv[argc - 2]);
    bool found = find ? finds_fault(&fuzzer, seconds) : (fuzz(&fuzzer, seconds), false);
    printf("%lu inputs%s\n", *fuzzer.runs, found ? ", then the planted fault was found" : "");
    for (size_t i = 0; i < fuzzer.count; i++) {
        free(fuzzer.seeds[i].bytes);
    }
    return find && !found;
}
