/* Writes down, in order, what a process does to the files below a folder: the log of a power-cut drill.
 *
 * Loaded with LD_PRELOAD; RECORD_ROOT is the folder, RECORD_LOG the log. One record a call:
 * op (1 byte), length of path (2), offset (8), length of data (8), path, data; little endian as the machine.
 * W write at offset, S sync, T truncate to offset, U unlink, R rename (data is the new path).
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
static int out = -1;
static const char *root;
static size_t root_length;

static void put(const void *data, size_t length) {
    while (length > 0) {
        ssize_t done = syscall(SYS_write, out, data, length);
        if (done < 0) abort();
        data = (const char *)data + done;
        length -= (size_t)done;
    }
}

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("RECORD_LOG");
    root = getenv("RECORD_ROOT");
    if (path == NULL || root == NULL) return;
    root_length = strlen(root);
    out = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static int below(const char *path) {
    return out >= 0 && strncmp(path, root, root_length) == 0 && path[root_length] == '/';
}

static int named(int handle, char *path) {
    char link[40];
    snprintf(link, sizeof link, "/proc/self/fd/%d", handle);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return below(path);
}

static void record(char op, const char *path, int64_t offset, const void *data, int64_t length) {
    uint16_t path_length = (uint16_t)strlen(path);
    put(&op, 1);
    put(&path_length, 2);
    put(&offset, 8);
    put(&length, 8);
    put(path, path_length);
    put(data, (size_t)length);
}

#define REAL(name) static __typeof__(name) *real; if (!real) real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

/* The call and its record are one step, so that the log's order is the order of the calls. */
#define DONE_AND_RECORDED(call, op, offset, data, length) \
    char path[PATH_MAX]; \
    if (!named(handle, path)) return call; \
    pthread_mutex_lock(&turn); \
    __typeof__(call) result = call; \
    int problem = errno; \
    if (result >= 0) record(op, path, offset, data, length); \
    pthread_mutex_unlock(&turn); \
    errno = problem; \
    return result;

ssize_t pwrite(int handle, const void *data, size_t length, off_t offset) {
    REAL(pwrite);
    DONE_AND_RECORDED(real(handle, data, length, offset), 'W', offset, data, result)
}

ssize_t pwrite64(int handle, const void *data, size_t length, off64_t offset) {
    REAL(pwrite64);
    DONE_AND_RECORDED(real(handle, data, length, offset), 'W', offset, data, result)
}

ssize_t write(int handle, const void *data, size_t length) {
    REAL(write);
    DONE_AND_RECORDED(real(handle, data, length), 'W', lseek(handle, 0, SEEK_CUR) - result, data, result)
}

int fsync(int handle) {
    REAL(fsync);
    DONE_AND_RECORDED(real(handle), 'S', 0, "", 0)
}

int fdatasync(int handle) {
    REAL(fdatasync);
    DONE_AND_RECORDED(real(handle), 'S', 0, "", 0)
}

int ftruncate(int handle, off_t size) {
    REAL(ftruncate);
    DONE_AND_RECORDED(real(handle, size), 'T', size, "", 0)
}

int ftruncate64(int handle, off64_t size) {
    REAL(ftruncate64);
    DONE_AND_RECORDED(real(handle, size), 'T', size, "", 0)
}

int unlink(const char *path) {
    REAL(unlink);
    if (!below(path)) return real(path);
    pthread_mutex_lock(&turn);
    int result = real(path);
    int problem = errno;
    if (result == 0) record('U', path, 0, "", 0);
    pthread_mutex_unlock(&turn);
    errno = problem;
    return result;
}

int rename(const char *path, const char *target) {
    REAL(rename);
    if (!below(path)) return real(path, target);
    pthread_mutex_lock(&turn);
    int result = real(path, target);
    int problem = errno;
    if (result == 0) record('R', path, 0, target, (int64_t)strlen(target));
    pthread_mutex_unlock(&turn);
    errno = problem;
    return result;
}
