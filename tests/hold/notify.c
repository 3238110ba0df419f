/*
 * notify: plays the service manager: `notify ADDRESS`, a path or @NAME. It prints each line of each message as
 * "MS LINE", MS being the steady clock's.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>

static void
print_lines(char *text)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	long long ms = (long long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
	for (char *line; (line = strsep(&text, "\n")) != NULL;)
		if (line[0] != '\0')
			printf("%lld %s\n", ms, line);
	fflush(stdout);
}

int
main(int argc, char **argv)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	char message[4096];
	size_t len = argc == 2 ? strlen(argv[1]) : 0;
	if (len == 0 || len >= sizeof(at.sun_path)) {
		fprintf(stderr, "usage: notify ADDRESS\n");
		return 2;
	}
	memcpy(at.sun_path, argv[1], len);
	/* An abstract name has a zero before it and ends with its length. */
	if (argv[1][0] == '@')
		at.sun_path[0] = '\0';
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&at, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)) < 0) {
		perror(argv[1]);
		return 2;
	}
	printf("0 listening\n");
	fflush(stdout);
	for (ssize_t n; (n = recv(fd, message, sizeof(message) - 1, 0)) >= 0;) {
		message[n] = '\0';
		print_lines(message);
	}
	perror("recv");
	return 2;
}
