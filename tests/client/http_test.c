// SPDX-License-Identifier: GPL-2.0-or-later
/* The metrics over HTTP, by real connections to the loopback address. */
#include "check.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http.h"

static struct http *http;
static int port, pages, messages, saved_stderr;

static char *page(void *arg, enum metrics_format format, size_t *len)
{
	char *text = strdup(format == METRICS_OPENMETRICS ? "open" : "plain");

	assert_ptr_equal(arg, &pages);
	pages++;
	*len = strlen(text);
	return text;
}

/* A socket on a port that nobody has. */
static int take_port(bool listening)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, len), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
	if (listening)
		assert_int_equal(listen(fd, 1), 0);
	port = ntohs(address.sin_port);
	return fd;
}

static struct http *start(const char *address)
{
	return http_start(address, page, &pages);
}

static int set_up(void **state)
{
	char address[32];
	int fds[2];

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(pipe2(fds, O_CLOEXEC | O_NONBLOCK), 0);
	messages = fds[0];
	saved_stderr = dup(STDERR_FILENO);
	dup2(fds[1], STDERR_FILENO);
	close(fds[1]);
	pages = 0;
	close(take_port(false));
	snprintf(address, sizeof(address), "127.0.0.1:%d", port);
	http = start(address);
	assert_non_null(http);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	http_stop(http);
	dup2(saved_stderr, STDERR_FILENO);
	close(saved_stderr);
	close(messages);
	return 0;
}

static int connect_to(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

static void put(int fd, const char *text)
{
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
}

/* Serves until the answer is there and the connection at its end. */
static void get(int fd, char *answer, size_t size)
{
	size_t len = 0;

	for (;;) {
		struct pollfd fds[] = {
			{ .fd = http_fd(http), .events = POLLIN },
			{ .fd = fd, .events = POLLIN },
		};
		ssize_t n;

		assert_true(poll(fds, COUNT_OF(fds), 10000) > 0);
		http_run(http);
		if (!fds[1].revents)
			continue;
		n = read(fd, answer + len, size - len - 1);
		assert_true(n >= 0);
		if (!n)
			break;
		len += (size_t)n;
	}
	answer[len] = '\0';
	close(fd);
}

static void ask(const char *request, const char *header, char *answer, size_t size)
{
	int fd = connect_to();

	put(fd, request);
	put(fd, " HTTP/1.1\r\nHost: test\r\nConnection: close\r\n");
	put(fd, header);
	put(fd, "\r\n");
	get(fd, answer, size);
}

static void assert_answer(const char *request, const char *header, const char *status,
			  const char *has, const char *body)
{
	char answer[1024], *end;

	ask(request, header, answer, sizeof(answer));
	assert_int_equal(strncmp(answer, status, strlen(status)), 0);
	if (!strstr(answer, has))
		fail_msg("%s: %s", request, answer);
	end = strstr(answer, "\r\n\r\n");
	assert_non_null(end);
	assert_string_equal(end + 4, body);
}

static void each_format_is_served_with_its_type(void **state)
{
	(void)state;
	assert_answer("GET /metrics", "", "HTTP/1.1 200 ",
		      "Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n", "plain");
	assert_answer("GET /metrics?name=x", "Accept: application/openmetrics-text\r\n",
		      "HTTP/1.1 200 ",
		      "Content-Type: application/openmetrics-text; version=1.0.0; charset=utf-8\r\n",
		      "open");
	assert_int_equal(pages, 2);
}

static void head_has_no_body(void **state)
{
	(void)state;
	assert_answer("HEAD /metrics", "", "HTTP/1.1 200 ", "Content-Length: 5\r\n", "");
}

static void what_is_not_served_is_said(void **state)
{
	(void)state;
	assert_answer("GET /", "", "HTTP/1.1 404 ", "text/plain", "Not found: see /metrics\n");
	assert_answer("GET /metrics/", "", "HTTP/1.1 404 ", "text/plain",
		      "Not found: see /metrics\n");
	assert_answer("DELETE /metrics", "", "HTTP/1.1 405 ", "Allow: GET, HEAD\r\n",
		      "Only GET and HEAD\n");
	assert_int_equal(pages, 0);
}

static void silent_clients_hold_up_nobody(void **state)
{
	int silent[6];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(silent); i++) {
		silent[i] = connect_to();
		put(silent[i], "GET /metr");
	}
	assert_answer("GET /metrics", "", "HTTP/1.1 200 ", "", "plain");
	for (size_t i = 0; i < COUNT_OF(silent); i++)
		close(silent[i]);
	assert_answer("GET /metrics", "", "HTTP/1.1 200 ", "", "plain");
}

static void garbage_is_refused(void **state)
{
	char answer[1024];
	int fd = connect_to();

	(void)state;
	put(fd, "\x16\x03\x01\x02 \r\n\r\n");
	get(fd, answer, sizeof(answer));
	assert_int_equal(strncmp(answer, "HTTP/1.1 200", 12) == 0, false);
	assert_answer("GET /metrics", "", "HTTP/1.1 200 ", "", "plain");
}

static void assert_refused(const char *address, const char *why)
{
	char text[256], expected[256];
	ssize_t len;

	assert_null(start(address));
	len = read(messages, text, sizeof(text) - 1);
	text[len > 0 ? len : 0] = '\0';
	snprintf(expected, sizeof(expected), "oomk: cannot listen on %s: %s\n", address, why);
	assert_string_equal(text, expected);
}

static void a_bad_address_is_refused(void **state)
{
	static const char *const addresses[] = {
		"",
		":",
		"0",
		":65536",
		":99999999999",
		"x",
		":8080x",
		":-1",
		"localhost:",
		"127.0.0.1",
		"host.name:80",
		"1.2.3:99999",
		"::1:8080",
		"[::1]",
		"[::1]8080",
		"[::1:8080",
		"[]:8080",
		"]:8080",
		"1.2.3.4.5:80",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(addresses); i++)
		assert_refused(addresses[i], "not ADDR:PORT, with a numeric address");
}

static void a_port_that_is_taken_is_refused(void **state)
{
	int fd = take_port(true);
	char address[32];

	(void)state;
	snprintf(address, sizeof(address), "127.0.0.1:%d", port);
	assert_refused(address, "Address already in use");
	close(fd);
}

static void without_an_address_all_are_listened_on(void **state)
{
	static const char *const prefixes[] = { "", ":", "0.0.0.0:" };
	char address[32];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(prefixes); i++) {
		http_stop(http);
		close(take_port(false));
		snprintf(address, sizeof(address), "%s%d", prefixes[i], port);
		http = start(address);
		assert_non_null(http);
		assert_answer("GET /metrics", "", "HTTP/1.1 200 ", "", "plain");
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_format_is_served_with_its_type, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(head_has_no_body, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_not_served_is_said, set_up, tear_down),
		cmocka_unit_test_setup_teardown(silent_clients_hold_up_nobody, set_up, tear_down),
		cmocka_unit_test_setup_teardown(garbage_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_bad_address_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_port_that_is_taken_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(without_an_address_all_are_listened_on, set_up,
						tear_down),
	};

	return cmocka_run_group_tests_name("http", tests, NULL, NULL);
}
