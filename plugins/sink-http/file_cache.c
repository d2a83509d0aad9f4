/* SPDX-License-Identifier: Apache-2.0 */
/* The dashboard has some 25 files: a list is enough, the one used last in front. */
#include "file_cache.h"

#include "base/memory.h"

#include <string.h>
#include <sys/queue.h>
#include <time.h>
#include <zlib.h>

#define CACHE_BYTES (16UL * 1024 * 1024) /* the whole dashboard has 200 KiB, and a third zipped */
#define CACHE_FILES 256                  /* to be looked through for each request */
#define TICK_MS 100 /* the clock of file times goes in steps of 10 ms at most */
#define ZIP_LEVEL 6 /* once: 1 ms of the loop for the dashboard's largest */
#define ZIP_GZIP 16 /* deflateInit2: added to the window bits, it asks for gzip (RFC 1952) */

struct bytes {
    char *data;
    size_t length;
};

struct file_copy {
    TAILQ_ENTRY(file_copy) next;
    struct file_cache *cache; /* NULL: it is gone */
    char *name;
    struct stat stat;
    struct bytes plain, zipped; /* zipped: once it was asked for */
    size_t readers;
    bool settled; /* a later change would show in the stat: its clock has gone on since */
    bool good;    /* in the list; else it goes with its last reader */
};

TAILQ_HEAD(copy_list, file_copy);

struct file_cache {
    struct copy_list good, left; /* left: still on their way, but good no more */
    size_t count, bytes;         /* count: of the good ones */
    uint64_t zipped;
};

/* ---- life of a copy ------------------------------------------------------------------------ */

static void copy_free(struct file_copy *copy) {
    if (copy->cache) {
        TAILQ_REMOVE(&copy->cache->left, copy, next);
        copy->cache->bytes -= copy->plain.length + copy->zipped.length;
    }
    free(copy->name);
    free(copy->plain.data);
    free(copy->zipped.data);
    free(copy);
}

static void leave(struct file_copy *copy) {
    struct file_cache *cache = copy->cache;
    TAILQ_REMOVE(&cache->good, copy, next);
    TAILQ_INSERT_HEAD(&cache->left, copy, next);
    cache->count--;
    copy->good = false;
    if (copy->readers == 0) {
        copy_free(copy);
    }
}

static void give_back(const void *data, size_t length, void *owner) {
    (void)data, (void)length;
    struct file_copy *copy = owner;
    if (--copy->readers == 0 && !copy->good) {
        copy_free(copy);
    }
}

/* ---- compressing --------------------------------------------------------------------------- */

static void *zip_memory(void *unused, unsigned count, unsigned size) {
    (void)unused;
    return mem_zeroed(count, size);
}

static void zip_free(void *unused, void *memory) {
    (void)unused;
    free(memory);
}

/* Cannot fail: there is memory and room. */
static struct bytes zip(const struct bytes *plain) {
    z_stream stream = {.zalloc = zip_memory, .zfree = zip_free};
    deflateInit2(&stream, ZIP_LEVEL, Z_DEFLATED, MAX_WBITS + ZIP_GZIP, MAX_MEM_LEVEL,
                 Z_DEFAULT_STRATEGY);
    size_t room = deflateBound(&stream, plain->length);
    struct bytes zipped = {mem_zeroed(room, 1), 0};
    stream.next_in = (unsigned char *)plain->data;
    stream.avail_in = (unsigned)plain->length;
    stream.next_out = (unsigned char *)zipped.data;
    stream.avail_out = (unsigned)room;
    deflate(&stream, Z_FINISH);
    zipped.length = stream.total_out;
    zipped.data = mem_resize(zipped.data, zipped.length, 1);
    deflateEnd(&stream);
    return zipped;
}

static const struct bytes *zipped_of(struct file_copy *copy) {
    if (!copy->zipped.data) {
        copy->zipped = zip(&copy->plain);
        copy->cache->bytes += copy->zipped.length;
        copy->cache->zipped++;
    }
    return &copy->zipped;
}

void file_copy_lend(struct file_copy *copy, enum file_coding coding, struct reply_body *body) {
    const struct bytes *bytes = coding == FILE_GZIP ? zipped_of(copy) : &copy->plain;
    copy->readers++;
    *body = (struct reply_body){bytes->data, bytes->length, give_back, copy};
}

/* ---- the cache ----------------------------------------------------------------------------- */

static bool same_time(const struct timespec *one, const struct timespec *other) {
    return one->tv_sec == other->tv_sec && one->tv_nsec == other->tv_nsec;
}

static bool same_file(const struct stat *one, const struct stat *other) {
    return one->st_dev == other->st_dev && one->st_ino == other->st_ino &&
           one->st_size == other->st_size && same_time(&one->st_mtim, &other->st_mtim) &&
           same_time(&one->st_ctim, &other->st_ctim);
}

static bool is_settled(const struct stat *stat) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    double age_s = difftime(now.tv_sec, stat->st_ctim.tv_sec) +
                   (double)(now.tv_nsec - stat->st_ctim.tv_nsec) / 1e9;
    return age_s * 1000 > TICK_MS;
}

static struct file_copy *find(const struct file_cache *cache, const char *name) {
    struct file_copy *copy;
    TAILQ_FOREACH(copy, &cache->good, next) {
        if (strcmp(copy->name, name) == 0) {
            break;
        }
    }
    return copy;
}

struct file_copy *file_cache_find(struct file_cache *cache, const char *name,
                                  const struct stat *stat) {
    struct file_copy *copy = find(cache, name);
    if (copy && !(copy->settled && same_file(&copy->stat, stat))) {
        leave(copy);
        return NULL;
    }
    if (copy) {
        TAILQ_REMOVE(&cache->good, copy, next);
        TAILQ_INSERT_HEAD(&cache->good, copy, next);
    }
    return copy;
}

static bool is_full(const struct file_cache *cache, size_t more) {
    return cache->count >= CACHE_FILES || cache->bytes + more > CACHE_BYTES;
}

bool file_cache_room(struct file_cache *cache, size_t bytes) {
    struct file_copy *copy = TAILQ_LAST(&cache->good, copy_list);
    while (copy && is_full(cache, bytes)) {
        struct file_copy *before = TAILQ_PREV(copy, copy_list, next);
        if (copy->readers == 0) {
            leave(copy);
        }
        copy = before;
    }
    return !is_full(cache, bytes);
}

struct file_copy *file_cache_add(struct file_cache *cache, const char *name,
                                 const struct stat *stat, char *bytes) {
    struct file_copy *copy = mem_new(struct file_copy);
    copy->cache = cache;
    copy->name = mem_dup(name);
    copy->stat = *stat;
    copy->plain = (struct bytes){bytes, (size_t)stat->st_size};
    copy->settled = is_settled(stat);
    copy->good = true;
    TAILQ_INSERT_HEAD(&cache->good, copy, next);
    cache->count++;
    cache->bytes += copy->plain.length;
    return copy;
}

struct file_cache *file_cache_create(void) {
    struct file_cache *cache = mem_new(struct file_cache);
    TAILQ_INIT(&cache->good);
    TAILQ_INIT(&cache->left);
    return cache;
}

void file_cache_destroy(struct file_cache *cache) {
    if (!cache) {
        return;
    }
    while (!TAILQ_EMPTY(&cache->good)) {
        leave(TAILQ_FIRST(&cache->good));
    }
    struct file_copy *copy;
    TAILQ_FOREACH(copy, &cache->left, next) {
        copy->cache = NULL;
    }
    free(cache);
}

size_t file_cache_bytes(const struct file_cache *cache) {
    return cache->bytes;
}

uint64_t file_cache_zipped(const struct file_cache *cache) {
    return cache->zipped;
}
