// SPDX-License-Identifier: GPL-2.0-or-later
/* Serves the metrics over HTTP, by libmicrohttpd. */
#include <errno.h>
#include <limits.h>
#include <microhttpd.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "accept.h"
#include "alloc.h"
#include "http.h"

/* Connections at a time, of which one client may have some, and how long one may be silent (s). */
#define CLIENTS 32U
#define CLIENT 8U
#define SILENCE 5U

struct http {
	struct MHD_Daemon *daemon;
	char *(*page)(void *arg, enum metrics_format format, size_t *len);
	void *arg;
};

static enum MHD_Result answer(struct MHD_Connection *connection, unsigned int status,
			      struct MHD_Response *response, const char *header, const char *value)
{
	enum MHD_Result result;

	if (!response)
		out_of_memory();
	if (!MHD_add_response_header(response, header, value))
		out_of_memory();
	result = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result answer_text(struct MHD_Connection *connection, unsigned int status,
				   const char *text, const char *header, const char *value)
{
	return answer(connection, status,
		      MHD_create_response_from_buffer(strlen(text), (void *)text,
						      MHD_RESPMEM_PERSISTENT),
		      header, value);
}

static enum MHD_Result answer_page(const struct http *http, struct MHD_Connection *connection)
{
	static const char *const types[] = {
		[METRICS_PROMETHEUS] = "text/plain; version=0.0.4; charset=utf-8",
		[METRICS_OPENMETRICS] =
			"application/openmetrics-text; version=1.0.0; charset=utf-8",
	};
	enum metrics_format format =
		accept_format(MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Accept"));
	size_t len;
	char *page = http->page(http->arg, format, &len);

	return answer(connection, MHD_HTTP_OK,
		      MHD_create_response_from_buffer(len, page, MHD_RESPMEM_MUST_FREE),
		      "Content-Type", types[format]);
}

/* The type is libmicrohttpd's: NOLINTBEGIN(readability-non-const-parameter) */
static enum MHD_Result on_request(void *arg, struct MHD_Connection *connection, const char *url,
				  const char *method, const char *version, const char *data,
				  size_t *size, void **state)
/* NOLINTEND(readability-non-const-parameter) */
{
	(void)version;
	(void)data;
	(void)size;
	(void)state;
	if (strcmp(url, "/metrics") != 0)
		return answer_text(connection, MHD_HTTP_NOT_FOUND, "Not found: see /metrics\n",
				   "Content-Type", "text/plain");
	if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
		return answer_text(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "Only GET and HEAD\n",
				   "Allow", "GET, HEAD");
	return answer_page(arg, connection);
}

/* Returns a socket, or -1 with errno. */
static int listen_on(const struct addrinfo *to)
{
	int fd = socket(to->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int yes = 1, no = 0, error;

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	/* All addresses of IPv6 are those of IPv4, too. */
	if (to->ai_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof(no));
	if (!bind(fd, to->ai_addr, to->ai_addrlen) && !listen(fd, SOMAXCONN))
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

static int open_socket(const char *host, const char *port)
{
	const struct addrinfo hints = {
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
		.ai_socktype = SOCK_STREAM,
	};
	struct addrinfo *to;
	int fd;

	if (getaddrinfo(host, port, &hints, &to)) {
		errno = EINVAL;
		return -1;
	}
	fd = listen_on(to);
	freeaddrinfo(to);
	return fd;
}

static bool is_port(const char *text)
{
	size_t len = strlen(text);

	return len && len <= 5 && strspn(text, "0123456789") == len && atoi(text) > 0 &&
	       atoi(text) <= USHRT_MAX;
}

/* Takes "PORT", "ADDR:PORT" or "[ADDR]:PORT" apart; an ADDR with colons has brackets. */
static bool split(char *address, const char **host, const char **port)
{
	char *colon = strrchr(address, ':');

	*host = colon ? address : "";
	*port = colon ? colon + 1 : address;
	if (colon)
		*colon = '\0';
	if (**host != '[')
		return is_port(*port) && !strchr(*host, ':');
	++*host;
	if (colon[-1] != ']')
		return false;
	colon[-1] = '\0';
	return **host && is_port(*port);
}

static int open_address(const char *address)
{
	char *copy = xstrdup(address);
	const char *host, *port;
	int fd = -1;

	if (split(copy, &host, &port)) {
		fd = open_socket(*host ? host : "::", port);
		if (fd < 0 && errno == EAFNOSUPPORT && !*host)
			fd = open_socket("0.0.0.0", port);
	} else {
		errno = EINVAL;
	}
	free(copy);
	return fd;
}

struct http *http_start(const char *address,
			char *(*page)(void *arg, enum metrics_format format, size_t *len),
			void *arg)
{
	struct http *http = xcalloc(1, sizeof(*http));
	int fd = open_address(address);

	if (fd < 0) {
		fprintf(stderr, "oomk: cannot listen on %s: %s\n", address,
			errno == EINVAL ? "not ADDR:PORT, with a numeric address" :
					  strerror(errno));
		free(http);
		return NULL;
	}
	http->page = page;
	http->arg = arg;
	http->daemon = MHD_start_daemon(MHD_USE_EPOLL, 0, NULL, NULL, on_request, http,
					MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT,
					CLIENTS, MHD_OPTION_PER_IP_CONNECTION_LIMIT, CLIENT,
					MHD_OPTION_CONNECTION_TIMEOUT, SILENCE, MHD_OPTION_END);
	if (!http->daemon) {
		fprintf(stderr, "oomk: cannot serve on %s\n", address);
		close(fd);
		free(http);
		return NULL;
	}
	return http;
}

void http_stop(struct http *http)
{
	MHD_stop_daemon(http->daemon);
	free(http);
}

int http_fd(const struct http *http)
{
	return MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
}

int http_timeout(const struct http *http)
{
	MHD_UNSIGNED_LONG_LONG ms;

	if (!MHD_get_timeout(http->daemon, &ms))
		return -1;
	return ms < INT_MAX ? (int)ms : INT_MAX;
}

void http_run(struct http *http)
{
	MHD_run(http->daemon);
}
