/* The floor for B2: one thread, epoll, no decoding. Prints the milliseconds of each cycle, then the
   processor microseconds a read.
   epoll_client PORT DEVICES CYCLES FUNCTION ADDRESS COUNT */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

struct device { int fd; int got; unsigned char answer[260]; };

static double now_ms(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

static void fail(const char *what) { perror(what); exit(1); }

int main(int argc, char **argv) {
    if (argc != 7) return 2;
    int port = atoi(argv[1]), devices = atoi(argv[2]), cycles = atoi(argv[3]);
    int function = atoi(argv[4]), address = atoi(argv[5]), count = atoi(argv[6]);
    int size = 9 + 2 * count, poll = epoll_create1(0);
    struct device *all = calloc(devices, sizeof *all);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
    for (int i = 0; i < devices; i++) {
        int on = 1;
        all[i].fd = socket(AF_INET, SOCK_STREAM, 0);
        if (connect(all[i].fd, (struct sockaddr *)&to, sizeof to)) fail("connect");
        setsockopt(all[i].fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = &all[i]};
        if (epoll_ctl(poll, EPOLL_CTL_ADD, all[i].fd, &event)) fail("epoll_ctl");
    }
    double cpu = now_ms(CLOCK_PROCESS_CPUTIME_ID);
    for (int cycle = 1; cycle <= cycles; cycle++) {
        double began = now_ms(CLOCK_MONOTONIC);
        unsigned char ask[12] = {cycle >> 8, cycle, 0, 0, 0, 6, 1, function,
                                 address >> 8, address, count >> 8, count};
        for (int i = 0; i < devices; i++) {
            all[i].got = 0;
            if (send(all[i].fd, ask, sizeof ask, 0) != sizeof ask) fail("send");
        }
        for (int left = devices; left > 0;) {
            struct epoll_event events[256];
            int ready = epoll_wait(poll, events, 256, 5000);
            if (ready <= 0) fail("epoll_wait");
            for (int i = 0; i < ready; i++) {
                struct device *one = events[i].data.ptr;
                int n = recv(one->fd, one->answer + one->got, sizeof one->answer - one->got, 0);
                if (n <= 0) fail("recv");
                one->got += n;
                if (one->got < size) continue;
                if (memcmp(one->answer, ask, 2) || one->answer[7] != function || one->got != size) return 1;
                left--;
            }
        }
        printf("%.3f\n", now_ms(CLOCK_MONOTONIC) - began);
    }
    printf("%.3f\n", (now_ms(CLOCK_PROCESS_CPUTIME_ID) - cpu) * 1e3 / devices / cycles);
    return 0;
}
